import { Readable } from 'node:stream';

import { get } from 'lodash';
import type {
	IDataObject,
	IExecuteFunctions,
	IN8nHttpFullResponse,
	INode,
	INodeParameters,
	Logger,
} from 'n8n-workflow';

import type { Plan } from '../../nodes/MiniMaxImage/input/plan';
import type { ItemParameters } from '../../nodes/MiniMaxImage/input/types';
import { Purchase } from '../../nodes/MiniMaxImage/purchase';
import type { JournalStore } from '../../nodes/MiniMaxImage/purchase';

/** What our classes need of n8n, made by hand for tests of their states. All of our own is real in them. */

export const NODE: INode = {
	id: 'image',
	name: 'MiniMax Image',
	type: 'n8n-nodes-minimax-image.miniMaxImage',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

const SILENT: Logger = {
	debug: () => undefined,
	info: () => undefined,
	warn: () => undefined,
	error: () => undefined,
};

/** What a test gives of n8n; the rest is a run of one empty item in execution "1". */
export type Given = Partial<Omit<IExecuteFunctions, 'helpers' | 'logger'>> & {
	helpers?: Partial<IExecuteFunctions['helpers']>;
	logger?: Partial<Logger>;
	/** Fields of the node, the same for all items. */
	parameters?: INodeParameters;
};

/** n8n as far as our classes ask it. */
export function handmade({ helpers, logger, parameters, ...own }: Given = {}): IExecuteFunctions {
	const kept: IDataObject = {};
	const read = (name: string, _item?: number, fallback?: unknown): unknown =>
		get(parameters, name, fallback);
	const given: Given = {
		getNode: () => NODE,
		getInputData: () => [{ json: {} }],
		getExecutionId: () => '1',
		getContext: () => kept,
		getMode: () => 'manual',
		continueOnFail: () => false,
		getExecutionCancelSignal: () => new AbortController().signal,
		getNodeParameter: read as IExecuteFunctions['getNodeParameter'],
		...own,
	};
	return { ...given, helpers, logger: { ...SILENT, ...logger } } as IExecuteFunctions;
}

/** An answer as n8n's helpers hand it over for `encoding: 'stream'`; its parts arrive one by one. */
export function answerOf(
	statusCode: number,
	body: Readable | readonly Buffer[] | Buffer | string | object = '',
	headers: IDataObject = {},
): IN8nHttpFullResponse {
	if (body instanceof Readable) return { statusCode, headers, body };
	if (Array.isArray(body)) return { statusCode, headers, body: Readable.from(body) };
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	const bytes = Buffer.isBuffer(body) ? body : Buffer.from(text);
	return { statusCode, headers, body: Readable.from([bytes]) };
}

/** A body that begins, and then ends as told. */
export const brokenBody = (start: string, error: Error): Readable =>
	Readable.from(
		(function* () {
			yield Buffer.from(start);
			throw error;
		})(),
	);

/** What the API answers with these links. */
export const success = (links: readonly string[], requestId = 'req-1') => ({
	id: requestId,
	data: { image_urls: links },
	metadata: { success_count: links.length, failed_count: 0 },
	base_resp: { status_code: 0, status_msg: 'success' },
});

/** What the API answers with a code. */
export const refusal = (status_code: number, status_msg = 'no') => ({
	id: 'req-1',
	base_resp: { status_code, status_msg },
});

/** Parts of an item's parameters that differ from the defaults. */
export interface GivenParameters {
	request?: Partial<ItemParameters['request']>;
	output?: Partial<ItemParameters['output']>;
	send?: Partial<ItemParameters['send']>;
}

export const parametersOf = ({ request, output, send }: GivenParameters = {}): ItemParameters => ({
	request: {
		model: 'image-01',
		prompt: 'a red fox',
		size: { aspectRatio: '1:1' },
		count: 1,
		transfer: 'url',
		...request,
	},
	output: {
		downloadImages: true,
		binaryPropertyOutput: 'data',
		outputItems: 'perImage',
		includeInputFields: false,
		...output,
	},
	send: {
		requestsPerMinute: 0,
		maxConcurrency: 5,
		maxImages: 0,
		maxRetries: 3,
		timeoutMs: 180_000,
		...send,
	},
});

/** A text-to-image item that passed all checks. */
export const planOf = (itemIndex = 0, given: GivenParameters = {}): Plan => ({
	itemIndex,
	parameters: parametersOf(given),
	referenceDigests: [],
	withReferences: async (use) => await use([]),
});

/** A journal without a node. */
export const storeOf = (more: Partial<JournalStore> = {}): JournalStore => ({
	entries: {},
	filesInMemory: new Map(),
	execution: '1',
	...more,
});

export const purchaseOf = (store = storeOf(), key = 'key'): Purchase => new Purchase(store, key);
