import type { IncomingHttpHeaders } from 'node:http';
import type { FaultStep, ImageFaultStep } from './faults';

/** A request body that passed every rule of the API. */
export interface GenerationRequest {
	model: string;
	prompt: string;
	aspect_ratio?: string;
	width?: number;
	height?: number;
	response_format?: 'url' | 'base64';
	n?: number;
	seed?: number;
	prompt_optimizer?: boolean;
	aigc_watermark?: boolean;
	subject_reference?: SubjectReference[];
	style?: Style;
}

export interface SubjectReference {
	type: 'character';
	image_file: string;
}

export interface Style {
	style_type: string;
	style_weight?: number;
}

/** A successful answer, as it goes over the wire. */
export interface GenerationAnswer {
	id: string;
	data: { image_urls?: string[] | null; image_base64?: string[] | null };
	metadata: { success_count: number | string; failed_count: number | string };
	base_resp: BaseResponse;
}

export interface BaseResponse {
	status_code: number;
	status_msg: string;
}

/** One POST to the image endpoint. */
export interface RecordedRequest {
	/** 1 for the first since the start or the last reset. */
	number: number;
	/** When its headers arrived, in ms since the epoch. */
	at: number;
	headers: IncomingHttpHeaders;
	/** The parsed body; empty if it was no JSON object. */
	body: Record<string, unknown>;
	/** `limited` is refused for the rate limit, `refused` for any other rule of the API. */
	outcome: 'pending' | 'success' | 'refused' | 'limited' | 'fault';
	/** The `base_resp.status_code` of the answer, if the sandbox made one. */
	code?: number;
	/** The images charged for it. */
	paidImages: number;
}

/** One request to the image origin. */
export interface RecordedImageRequest {
	at: number;
	/** Path and query string, as sent. */
	path: string;
	headers: IncomingHttpHeaders;
	/** The HTTP status answered; 0 while, or if, none was. */
	status: number;
}

/** At most `requests` accepted in any `windowMs`. */
export interface RateLimit {
	requests: number;
	windowMs: number;
	/** How the others are refused: HTTP 200 with code 1002, or HTTP 429 with a page of HTML. */
	answer?: '1002' | 'http429';
	/** The `Retry-After` header of an HTTP 429. */
	retryAfterSeconds?: number;
}

export type Latency = number | ((request: GenerationRequest) => number);

/** What can be changed while the sandbox runs. */
export interface SandboxSettings {
	/** Default: none. */
	limit: RateLimit | undefined;
	/** Milliseconds to make the images of a request. Default: 0. */
	latencyMs: Latency;
	/** How a wrong key is answered. Default: `2049`. */
	badKeyAnswer: '2049' | '1004' | '401';
	/** Pads every image to exactly this size. Default: as drawn. */
	imageBytes: number | undefined;
	/** One picture for each size, made unique by a comment: for speed tests. Default: false. */
	plain: boolean;
	/** The origin written in links, where `:port` stands for the real port. Default: the image origin. */
	linkHost: string | undefined;
	/** How long links live. Default: 24 hours. */
	linkLifetimeMs: number;
	/** `short` keeps 200 characters of each string in recorded bodies. Default: `full`. */
	recordBodies: 'full' | 'short';
}

export interface SandboxOptions extends Partial<SandboxSettings> {
	/** The only key accepted. Default: `sandbox-key-0001`. */
	key?: string;
	/** Port of the API. Default: the system's choice. */
	port?: number;
	/** Port of the image origin. Default: the system's choice. */
	imagePort?: number;
}

/** A running MiniMax image API, and the storage host of its images. */
export interface Sandbox extends SandboxSettings {
	/** Origin of the API, such as `http://127.0.0.1:40001`. */
	readonly url: string;
	/** Origin of the images. */
	readonly imageUrl: string;
	readonly key: string;

	readonly requests: readonly RecordedRequest[];
	readonly imageRequests: readonly RecordedImageRequest[];
	/** Images charged in all. */
	readonly paidImages: number;
	readonly inFlight: number;
	readonly peakInFlight: number;
	/** POSTs whose connection ended before their answer was out, be it by their client or by a fault. */
	readonly cutOff: number;
	readonly peakImageDownloads: number;
	/** Keys seen at the image origin. A test that provokes one empties the list. */
	readonly violations: string[];

	/** Faults for the next POSTs, first in first out; `undefined` lets one pass. */
	script(...faults: FaultStep[]): void;
	/** A fault for each POST that no scripted one is left for; `undefined` ends it. */
	always(fault: FaultStep): void;
	/** Faults for the next requests to the image origin. */
	scriptImages(...faults: ImageFaultStep[]): void;
	/** A fault for each request to the image origin. */
	alwaysImages(fault: ImageFaultStep): void;
	/** Ends the life of all links given out so far: they answer 403 from now on. */
	expireLinks(): void;
	/**
	 * Clears faults, limit, latency and records; the other settings return to those of the start.
	 * Links given out stay good, and violations stay on record.
	 */
	reset(): void;
	/** Ends every server, socket and timer at once. Throws an Error that lists the violations, if any. */
	close(): Promise<void>;
}
