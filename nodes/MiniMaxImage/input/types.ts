import type { IBinaryData } from 'n8n-workflow';

import type { SendSettings } from '../http/sendSettings';
import type { PixelSize } from '../images/pixelSize';

export type Operation = 'textToImage' | 'imageToImage';

/** How images come back: as links to fetch, or inline in the answer. */
export type Transfer = 'url' | 'base64';

/** One reference image, as a field gives it: a link or data URL, the name of a field of the item, or a file. */
export type ReferencePart = { url: string } | { field: string } | { file: IBinaryData };

/** Where the reference images of one request come from: the field that gives them, and what it gives. */
export interface ReferenceSource {
	inputType: 'binary' | 'url';
	parts: ReferencePart[];
}

/** One request for images as the user means it, checked; `api/request.ts` puts it on the wire. */
export interface ImageRequest {
	model: string;
	prompt: string;
	size: { aspectRatio: string } | PixelSize;
	/** Images to make, 1 to 9. */
	count: number;
	transfer: Transfer;
	seed?: number;
	promptOptimizer?: boolean;
	aigcWatermark?: boolean;
	style?: { type: string; weight: number };
}

/** How the images of one item are handed to the next node. */
export interface OutputSettings {
	/** Off: links only, no binary. */
	downloadImages: boolean;
	binaryPropertyOutput: string;
	outputItems: 'perImage' | 'perRequest';
	/** Whether the columns of the input row are in the output, beside ours. */
	includeInputFields: boolean;
	/** Without extension, as the user wrote it; absent: made from the prompt's first words. */
	fileName?: string;
}

/** Everything that one input item asks for. */
export interface ItemParameters {
	request: ImageRequest;
	/** Absent for Text to Image. */
	references?: ReferenceSource;
	output: OutputSettings;
	send: SendSettings;
}
