import type { GenerationAnswer, RecordedImageRequest, RecordedRequest } from './types';

export interface Delayed {
	delayMs?: number;
}

/** HTTP 200 with this code in `base_resp`. */
export interface CodeFault extends Delayed {
	code: number;
	/** Whether the images were made and charged before; default: no. */
	charged?: boolean;
	message?: string;
}

/** An HTTP error, with a gateway's page of HTML unless a body is given. */
export interface StatusFault extends Delayed {
	status: number;
	/** Whether the images were made and charged before; default: no. */
	charged?: boolean;
	body?: string | object;
	headers?: Record<string, string>;
}

/** The socket is destroyed without an answer, `after` the images were made and charged, or `before`. */
export interface ResetFault extends Delayed {
	reset: 'before' | 'after';
}

/** The answer breaks off at its half; charged. */
export interface TruncateFault extends Delayed {
	truncate: true;
}

/** No answer, ever; charged. */
export interface HangFault extends Delayed {
	hang: true;
}

/** HTTP 200 with this body: a string as it is, anything else as JSON. */
export interface AnswerFault extends Delayed {
	answer: unknown;
	/** Whether the images were made and charged before; default: no. */
	charged?: boolean;
	contentType?: string;
}

/** The successful answer, changed in place or returned anew; charged. */
export interface EditFault extends Delayed {
	edit: (answer: GenerationAnswer) => unknown;
}

/** The usual answer as a proxy compresses it, with the length of what it sends; charged. */
export interface EncodingFault extends Delayed {
	encoding: Encoding;
}

/** How a proxy compresses what passes it. */
export type Encoding = 'gzip' | 'br' | 'deflate';

/** The usual answer, late. */
export interface DelayFault {
	delayMs: number;
}

export type BareFault = CodeFault | StatusFault | AnswerFault;
export type Fault =
	BareFault | ResetFault | TruncateFault | HangFault | EditFault | EncodingFault | DelayFault;

/** Decides by the request; `attempts` is 1 when its prompt is seen for the first time. */
export type FaultChoice = (request: RecordedRequest, attempts: number) => Fault | undefined;
export type FaultStep = Fault | FaultChoice | undefined;

export interface ImageStatusFault extends Delayed {
	status: number;
	/** Default: an empty XML error, as storage hosts send it. */
	body?: string;
}

export interface ImageResetFault extends Delayed {
	reset: true;
}

/** Half of the image, though all of it is announced; or silently, in chunks with a clean end, so that only its bytes tell. */
export interface ImageTruncateFault extends Delayed {
	truncate: true | 'silently';
}

/** The image in another format, whole or silently cut in half. */
export interface ImageFormatFault extends Delayed {
	format: 'png' | 'webp' | 'gif' | 'avif';
	half?: boolean;
}

/** The image as a proxy compresses it, with the length of what it sends. */
export interface ImageEncodingFault extends Delayed {
	encoding: Encoding;
}

/** HTTP 200 with exactly this, as `image/jpeg` unless told otherwise. */
export interface ImageBodyFault extends Delayed {
	body: Buffer | string;
	contentType?: string;
	headers?: Record<string, string>;
}

export interface ImageRedirectFault extends Delayed {
	redirect: string;
	/** Default: 302. */
	status?: number;
}

/** The headers and the first 1000 bytes, then silence. */
export interface ImageStallFault extends Delayed {
	stall: true;
}

/** The start of a JPEG, then bytes without end. */
export interface ImageEndlessFault extends Delayed {
	endless: true;
}

/** The image, late, and in pieces of 16 KiB if `chunkDelayMs` is given. */
export interface ImageDelayFault {
	delayMs: number;
	chunkDelayMs?: number;
}

export type ImageFault =
	| ImageStatusFault
	| ImageResetFault
	| ImageTruncateFault
	| ImageFormatFault
	| ImageEncodingFault
	| ImageBodyFault
	| ImageRedirectFault
	| ImageStallFault
	| ImageEndlessFault
	| ImageDelayFault;

/** Decides by the request; `attempts` is 1 when its path is asked for the first time. */
export type ImageFaultChoice = (
	request: RecordedImageRequest,
	attempts: number,
) => ImageFault | undefined;
export type ImageFaultStep = ImageFault | ImageFaultChoice | undefined;

type Choice<Request, Played> = (request: Request, attempts: number) => Played | undefined;
type Step<Request, Played> = Played | Choice<Request, Played> | undefined;

/** The faults of one origin: scripted ones first in first out, then the one for every request. */
export class FaultQueue<Request, Played extends object> {
	private scripted: Step<Request, Played>[] = [];
	private standing: Step<Request, Played>;
	private readonly attempts = new Map<string, number>();

	script(steps: Step<Request, Played>[]): void {
		this.scripted.push(...steps);
	}

	always(step: Step<Request, Played>): void {
		this.standing = step;
	}

	clear(): void {
		this.scripted = [];
		this.standing = undefined;
		this.attempts.clear();
	}

	/** Takes the fault for a request; requests of the same `subject` count as attempts at one thing. */
	next(request: Request, subject: string): Played | undefined {
		const attempts = (this.attempts.get(subject) ?? 0) + 1;
		this.attempts.set(subject, attempts);
		const step = this.scripted.length > 0 ? this.scripted.shift() : this.standing;
		return typeof step === 'function' ? step(request, attempts) : step;
	}
}
