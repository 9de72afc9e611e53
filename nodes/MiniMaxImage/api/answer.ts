import type { IDataObject } from 'n8n-workflow';

import type { Base64Text } from '../http/base64Text';
import { excerpt, text } from '../http/excerpt';
import { parseJson } from '../http/jsonBody';
import type { JsonText } from '../http/jsonBody';
import type { Outcome } from '../http/outcome';
import type { StoredImage } from '../output/imageFiles';
import { HTTP_STATUS_CODE } from './codes';
import { readImages } from './images';
import { isObject, readRefusal, toObject } from './refusedAnswer';
import type { JsonObject } from './refusedAnswer';

/** One generated image: a link, its base64 text, or the file that an earlier try has stored. */
export type GeneratedImage =
	{ url: string } | { base64: string | Base64Text } | { stored: StoredImage };

/** A successful answer of the API, at least one image in it. */
export interface GeneratedImages {
	requestId: string;
	images: GeneratedImage[];
	successCount: number;
	/** Images that content safety blocked. */
	failedCount: number;
}

/** An HTTP answer with its whole body. */
export interface HttpAnswer extends JsonText {
	statusCode: number;
	headers: IDataObject;
	/** Where the answer comes from, for links without a host. */
	baseUrl: string;
}

/** A header that was sent once; names arrive in lower case. */
function header(headers: IDataObject, name: string): string | undefined {
	const value = headers[name];
	return text(Array.isArray(value) ? value[0] : value);
}

/** How long `Retry-After` asks to wait in ms: seconds or a date (RFC 9110, section 10.2.3). */
export function readRetryAfter(value: string | undefined, now: number): number | undefined {
	if (value === undefined) return undefined;
	const ms = /^\d*\.?\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
	return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** Counts come as numbers or as strings. */
function count(value: unknown): number | undefined {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isInteger(number) && number >= 0 ? number : undefined;
}

function parse({ text, base64 }: HttpAnswer): unknown {
	try {
		return parseJson({ text: text.replace(/^\ufeff/, ''), base64 });
	} catch {
		return undefined;
	}
}

/** Where a gateway puts the whole answer that it passes on. */
const WRAPPERS = ['data', 'result', 'response'];

/** The object that an answer is, or one that holds what it is: a list, an answer inside of another, JSON as text. */
function toRoot(body: unknown): JsonObject {
	const root = Array.isArray(body) ? { data: body, errors: body } : (toObject(body) ?? {});
	if (root.base_resp) return root;
	const inner = WRAPPERS.map((field) => root[field])
		.filter((value) => !Array.isArray(value) || value.length === 1)
		.map(toObject)
		.find((object) => object?.base_resp);
	return inner ?? root;
}

function readSuccess(
	root: JsonObject,
	images: GeneratedImage[],
	traceId?: string,
): Outcome<GeneratedImages> {
	const unusable = (detail: string): Outcome<GeneratedImages> => ({
		ok: false,
		failure: { code: 'unusable', detail, traceId },
	});
	const metadata = isObject(root.metadata) ? root.metadata : {};
	const failedCount = count(metadata.failed_count) ?? 0;
	if (images.length === 0) {
		if (failedCount > 0) {
			const detail = `${failedCount} of ${failedCount} images were blocked`;
			return { ok: false, failure: { code: 'blocked', detail, traceId } };
		}
		return unusable('it says success, but holds no images');
	}
	return {
		ok: true,
		value: {
			requestId: text(root.id) ?? traceId ?? '',
			images,
			successCount: count(metadata.success_count) ?? images.length,
			failedCount,
		},
	};
}

/**
 * Reads an answer of `POST /v1/image_generation`: its images, or why there are none. Neither HTTP 200 nor any other
 * status tells on its own.
 *
 * @param now ms since the epoch, for a `Retry-After` that is a date
 */
export function readAnswer(answer: HttpAnswer, now: number): Outcome<GeneratedImages> {
	const root = toRoot(parse(answer));
	const traceId = text(root.id) ?? text(root.request_id) ?? header(answer.headers, 'trace-id');
	const retryAfterMs = readRetryAfter(header(answer.headers, 'retry-after'), now);
	const found = readImages(root, answer.baseUrl);
	const refusal = readRefusal(answer.statusCode, root, answer.text, found.length > 0);
	const isFromTable = refusal !== undefined && !HTTP_STATUS_CODE.test(refusal.code);
	// Images that came are paid for, even if a gateway has stripped `base_resp` or changed the status.
	const images = isFromTable ? [] : found;
	if (images.length > 0) return readSuccess(root, images, traceId);
	if (refusal) return { ok: false, failure: { ...refusal, traceId, retryAfterMs } };
	if (isObject(root.base_resp)) return readSuccess(root, images, traceId);
	const words = excerpt(answer.text);
	const detail = words ? `it is not what the API answers: ${words}` : 'it is empty';
	return { ok: false, failure: { code: 'unusable', detail, traceId } };
}
