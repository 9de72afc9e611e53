import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { PaidAnswer } from '../api/submit';
import type { PixelSize } from '../images/pixelSize';
import type { ItemParameters, OutputSettings } from '../input/types';

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
	answer: PaidAnswer;
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
	const { answer, itemIndex, parameters } = facts;
	const { answeredAt } = answer;
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
	const { answer, itemIndex, parameters } = facts;
	const { answeredAt } = answer;
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
