import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { NodeError } from './errors';
import type { GeneratedImages, ItemParameters, OutputSettings, PixelSize } from './types';

/** Links stop working after 24 hours (API reference, `response_format`). */
const LINK_LIFE_MS = 24 * 60 * 60 * 1000;

/** One image ready for output; `file` is absent for links only. */
export interface OutputImage {
	/** Place in the answer, from 1. */
	imageIndex: number;
	imageUrl?: string;
	/** px, absent where the bytes do not tell or were not fetched. */
	size?: PixelSize;
	file?: IBinaryData;
}

/** What all items of one request have in common. */
export interface RequestFacts {
	itemIndex: number;
	parameters: ItemParameters;
	answer: GeneratedImages;
	/** ms since the epoch. */
	answeredAt: number;
}

function imageJson({ imageIndex, imageUrl, size }: OutputImage, answeredAt: number): IDataObject {
	return {
		imageIndex,
		...(imageUrl !== undefined && {
			imageUrl,
			expiresAt: new Date(answeredAt + LINK_LIFE_MS).toISOString(),
		}),
		...(size && { width: size.width, height: size.height }),
	};
}

function requestJson({ answer, parameters: { request } }: RequestFacts): IDataObject {
	return {
		model: request.model,
		prompt: request.prompt,
		...(request.seed !== undefined && { seed: request.seed }),
		successCount: answer.successCount,
		failedCount: answer.failedCount,
	};
}

/** Names of the binary fields of one item: data, data_2, data_3 … */
const fieldName = ({ binaryPropertyOutput }: OutputSettings, index: number) =>
	index === 0 ? binaryPropertyOutput : `${binaryPropertyOutput}_${index + 1}`;

function onePerImage(facts: RequestFacts, images: readonly OutputImage[]): INodeExecutionData[] {
	const { answer, answeredAt, itemIndex, parameters } = facts;
	return images.map((image) => ({
		json: {
			requestId: answer.requestId,
			...imageJson(image, answeredAt),
			...requestJson(facts),
		},
		...(image.file && { binary: { [fieldName(parameters.output, 0)]: image.file } }),
		pairedItem: { item: itemIndex },
	}));
}

function onePerRequest(facts: RequestFacts, images: readonly OutputImage[]): INodeExecutionData[] {
	const [first] = images;
	if (!first) return [];
	const { answer, answeredAt, itemIndex, parameters } = facts;
	const files = images.flatMap(({ file }) => (file ? [file] : []));
	return [
		{
			json: {
				requestId: answer.requestId,
				...imageJson(first, answeredAt),
				...requestJson(facts),
				images: images.map((image) => imageJson(image, answeredAt)),
			},
			...(files.length > 0 && {
				binary: Object.fromEntries(
					files.map((file, index) => [fieldName(parameters.output, index), file]),
				),
			}),
			pairedItem: { item: itemIndex },
		},
	];
}

/** The items of one request, in the order of its images. */
export function toItems(facts: RequestFacts, images: readonly OutputImage[]): INodeExecutionData[] {
	return facts.parameters.output.outputItems === 'perRequest'
		? onePerRequest(facts, images)
		: onePerImage(facts, images);
}

/**
 * The item that stands for a failure when the workflow continues.
 *
 * The engine reads `error` to route the item to the error output, and then replaces the `json` of every item that
 * still has an `error` by its message alone (n8n-core, `normalizeNodeErrors`). That would lose the link of an image
 * that is paid for, so `json` keeps its fields when it is replaced, and `error` is not enumerable, so that the copy
 * on the error output keeps the fields of the input item beside them.
 */
export function toErrorItem(error: NodeError, itemIndex: number): INodeExecutionData {
	const { code, traceId, imageUrl } = error.context;
	const details: IDataObject = {
		error: error.message,
		...(error.description && { description: error.description }),
		...(typeof code === 'string' && { code }),
		...(typeof traceId === 'string' && { traceId }),
		...(typeof imageUrl === 'string' && { imageUrl }),
	};
	const item = {
		get json() {
			return details;
		},
		set json(replacement: IDataObject) {
			Object.assign(details, replacement);
		},
		pairedItem: { item: itemIndex },
	};
	return Object.defineProperty(item, 'error', { value: error, enumerable: false });
}
