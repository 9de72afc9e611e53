import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type {
	IBinaryData,
	ICredentialDataDecryptedObject,
	INodeExecutionData,
	NodeApiError,
} from 'n8n-workflow';

import { startWorkflow } from '../support/engine';
import type { EngineRun, LoadedTypes } from '../support/engine';
import type { Example, ExampleName } from './examples';
import { imageNode, pinnedData, plannedImages, rowsOf } from './examples';
import type { FailedRow, Picture, Result } from './types';

export interface RunOptions {
	types: LoadedTypes;
	credentials: ICredentialDataDecryptedObject;
	/** Called for each image as soon as n8n has stored it. */
	onImage: () => void;
	/** Keeps the bytes of an image and returns the name of its file. */
	save: (example: ExampleName, fileName: string, bytes: Buffer) => Promise<string>;
	/** Ends the run as "Stop" in the editor does. */
	stop: AbortSignal;
}

/** Reports every file that n8n stores until the returned function is called; the engine has no event for it. */
function watchStore(onStored: () => void): () => void {
	const service = Container.get(BinaryDataService);
	const store = service.store.bind(service);
	service.store = async (...file) => {
		const stored = await store(...file);
		onStored();
		return stored;
	};
	return () => {
		service.store = store;
	};
}

const numberOrNone = (value: unknown) => (typeof value === 'number' ? value : undefined);

async function toPicture(
	{ json }: INodeExecutionData,
	file: IBinaryData,
	save: (fileName: string, bytes: Buffer) => Promise<string>,
): Promise<Picture> {
	const bytes = await Container.get(BinaryDataService).getAsBuffer(file);
	return {
		fileName: await save(file.fileName ?? `image.${file.fileExtension}`, bytes),
		prompt: String(json.prompt),
		requestId: String(json.requestId),
		width: numberOrNone(json.width),
		height: numberOrNone(json.height),
		seed: numberOrNone(json.seed),
	};
}

/** Says which row an item without an image came from, and why there is none. */
function toFailedRow(item: INodeExecutionData, rows: INodeExecutionData[]): FailedRow {
	const { pairedItem } = item;
	const index =
		typeof pairedItem === 'object' && !Array.isArray(pairedItem) ? pairedItem.item : undefined;
	const { prompt, scene } = (index === undefined ? undefined : rows[index]?.json) ?? {};
	return {
		...(index !== undefined && { row: index + 1 }),
		prompt: String(prompt ?? scene ?? ''),
		message: String(item.json.error ?? 'No image came'),
		...(typeof item.json.description === 'string' && { description: item.json.description }),
	};
}

function toFailedRun(error: NodeApiError | undefined, status: string): FailedRow {
	return {
		prompt: '',
		message: error?.message ?? `The workflow ended as "${status}"`,
		...(error?.description && { description: error.description }),
	};
}

async function toResult(
	example: Example,
	{ run, error, outputs }: EngineRun,
	save: (fileName: string, bytes: Buffer) => Promise<string>,
): Promise<Pick<Result, 'pictures' | 'failed'>> {
	const pictures: Picture[] = [];
	const failed: FailedRow[] = [];
	const succeeded = run.status === 'success';
	for (const item of outputs(imageNode(example).name).flat()) {
		const files = Object.values(item.binary ?? {});
		for (const file of files) pictures.push(await toPicture(item, file, save));
		// A run that was stopped passes its input on; those items are neither images nor failures.
		const isFailure = files.length === 0 && (succeeded || item.json.error !== undefined);
		if (isFailure) failed.push(toFailedRow(item, rowsOf(example)));
	}
	if (!succeeded) failed.push(toFailedRun(error, run.status));
	return { pictures, failed };
}

/** Runs an example on n8n's engine, and saves its images. */
export async function runExample(
	name: ExampleName,
	example: Example,
	{ types, credentials, onImage, save, stop }: RunOptions,
): Promise<Result> {
	const startedAt = Date.now();
	const unwatch = watchStore(onImage);
	const pinData = pinnedData(example);
	const running = startWorkflow({ types, workflow: example, pinData, credentials });
	const cancel = () => running.cancel();
	stop.addEventListener('abort', cancel, { once: true });
	try {
		const run = await running.finished;
		const seconds = (Date.now() - startedAt) / 1000;
		const result = await toResult(example, run, (file, bytes) => save(name, file, bytes));
		return { name, title: example.name, planned: plannedImages(example), seconds, ...result };
	} finally {
		stop.removeEventListener('abort', cancel);
		unwatch();
	}
}
