import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { PaidAnswer } from '../api/submit';
import type { PixelSize } from '../images/pixelSize';
import type { ImageRequest, ItemParameters, OutputSettings } from '../input/types';
import { styleName } from '../models';
import { linkEndAfter } from './linkLife';

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
	/** The row's own columns, where the user wants them in the output. */
	columns?: IDataObject;
}

/** What is known of one image, the fields that people map first in front. */
function imageJson({ imageIndex, imageUrl, size, file }: OutputImage, answeredAt: number) {
	return {
		...(imageUrl !== undefined && { imageUrl }),
		...(file?.fileName !== undefined && { fileName: file.fileName }),
		imageIndex,
		...(imageUrl !== undefined && {
			expiresAt: new Date(linkEndAfter(imageUrl, answeredAt)).toISOString(),
		}),
		...(size && { width: size.width, height: size.height }),
	};
}

/** The shape that was asked for: a ratio, or a size in pixels. */
const shapeJson = ({ size }: ImageRequest): IDataObject =>
	'aspectRatio' in size
		? { aspectRatio: size.aspectRatio }
		: { size: `${size.width}x${size.height}` };

function requestJson({ answer, parameters: { request } }: RequestFacts): IDataObject {
	return {
		...shapeJson(request),
		...(request.style && { style: styleName(request.style.type) }),
		model: request.model,
		...(request.seed !== undefined && { seed: request.seed }),
		successCount: answer.successCount,
		failedCount: answer.failedCount,
		requestId: answer.requestId,
	};
}

/** All that an item tells, in the order of the output schema; the row's own columns give way to ours. */
function itemJson(facts: RequestFacts, image: OutputImage): IDataObject {
	const { imageUrl, fileName, ...rest } = imageJson(image, facts.answer.answeredAt);
	return {
		...facts.columns,
		...(imageUrl !== undefined && { imageUrl }),
		...(fileName !== undefined && { fileName }),
		prompt: facts.parameters.request.prompt,
		...rest,
		...requestJson(facts),
	};
}

/** Names of the binary fields of one item: data, data_2, data_3 … */
const fieldName = ({ binaryPropertyOutput }: OutputSettings, index: number) =>
	index === 0 ? binaryPropertyOutput : `${binaryPropertyOutput}_${index + 1}`;

function onePerImage(facts: RequestFacts, images: readonly OutputImage[]): INodeExecutionData[] {
	const { itemIndex, parameters } = facts;
	return images.map((image) => ({
		json: itemJson(facts, image),
		...(image.file && { binary: { [fieldName(parameters.output, 0)]: image.file } }),
		pairedItem: { item: itemIndex },
	}));
}

function onePerRequest(facts: RequestFacts, images: readonly OutputImage[]): INodeExecutionData[] {
	const [first] = images;
	if (!first) return [];
	const { answer, itemIndex, parameters } = facts;
	const fields = images.map((_, index) => fieldName(parameters.output, index));
	const files = images.flatMap(({ file }, index) => (file ? [[fields[index], file] as const] : []));
	return [
		{
			json: {
				...itemJson(facts, first),
				images: images.map((image, index) => ({
					...imageJson(image, answer.answeredAt),
					...(image.file && { binaryField: fields[index] }),
				})),
			},
			...(files.length > 0 && { binary: Object.fromEntries(files) }),
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
