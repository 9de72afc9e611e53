import type { IBinaryData } from 'n8n-workflow';

export type Operation = 'textToImage' | 'imageToImage';

/** How images come back: as links to fetch, or inline in the answer. */
export type Transfer = 'url' | 'base64';

/** Size of an image in pixels. */
export interface PixelSize {
	width: number;
	height: number;
}

/** Where the reference images of one request come from. */
export type ReferenceSource =
	{ inputType: 'binary'; fields: (string | IBinaryData)[] } | { inputType: 'url'; urls: string[] };

/** One request for images as the user means it, checked; `request.ts` puts it on the wire. */
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
	/** Without extension, as the user wrote it; absent: made from the request id. */
	fileName?: string;
}

/** How requests are sent. */
export interface SendSettings {
	/** Requests that may start in any minute with this key and host; 0: no pacing. */
	requestsPerMinute: number;
	/** Requests in flight; one number for all items of an execution, from the first that can be sent. */
	maxConcurrency: number;
	maxRetries: number;
	timeoutMs: number;
}

/** Everything that one input item asks for. */
export interface ItemParameters {
	request: ImageRequest;
	/** Absent for Text to Image. */
	references?: ReferenceSource;
	output: OutputSettings;
	send: SendSettings;
}

/** Body of `POST /v1/image_generation` (API reference). */
export interface WireRequest {
	model: string;
	prompt: string;
	aspect_ratio?: string;
	/** px, always with `height`. */
	width?: number;
	height?: number;
	response_format: Transfer;
	n: number;
	seed?: number;
	prompt_optimizer?: boolean;
	aigc_watermark?: boolean;
	subject_reference?: { type: 'character'; image_file: string }[];
	style?: { style_type: string; style_weight: number };
}

/** One generated image: a link, or its base64 text. */
export type WireImage = { url: string } | { base64: string };

/** A successful answer of the API, at least one image in it. */
export interface GeneratedImages {
	requestId: string;
	images: WireImage[];
	successCount: number;
	/** Images that content safety blocked. */
	failedCount: number;
}

/** Why a request or a download did not work. `failures.ts` says what becomes of each code. */
export interface Failure {
	/** A code of the API ("1008"), an HTTP status ("http404"), or a word of `failures.ts` ("timeout"). */
	code: string;
	/** The service's own words, if any. */
	detail?: string;
	traceId?: string;
	/** How long the service asks to wait, in ms. */
	retryAfterMs?: number;
}

export type Outcome<T> = { ok: true; value: T } | { ok: false; failure: Failure };
