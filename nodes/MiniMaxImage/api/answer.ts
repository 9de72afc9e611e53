import type { IDataObject } from 'n8n-workflow';

import type { Base64Text } from '../http/base64Text';
import { parseJson } from '../http/jsonBody';
import type { JsonText } from '../http/jsonBody';
import type { Failure, Outcome } from '../http/outcome';
import { readRetryAfter } from '../http/retryPolicy';
import type { StoredImage } from '../output/imageFiles';
import { HTTP_STATUS_CODE } from './codes';
import { readImages } from './images';
import { isObject, readRefusal, toObject } from './refusedAnswer';
import type { JsonObject } from './refusedAnswer';
import { readId, readPage } from './words';
import type { Redact } from './words';

/** One generated image: a link, its base64 text, the file that an earlier try has stored, or nothing that can be had. */
export type GeneratedImage =
	| { url: string }
	| { base64: string | Base64Text }
	| { stored: StoredImage }
	/** Why it cannot be had: what stood in the place of a link is none, for example. */
	| { failure: Pick<Failure, 'code' | 'detail'> };

/** A successful answer of the API, at least one image in it. */
export interface GeneratedImages {
	requestId: string;
	images: GeneratedImage[];
	/** Images that came beyond those: more than a request can ask for. */
	surplus?: number;
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
function header(headers: IDataObject, name: string): unknown {
	const value = headers[name];
	return Array.isArray(value) ? value[0] : value;
}

/** Counts come as numbers or as strings. No answer has a million images. */
function count(value: unknown): number | undefined {
	const number =
		typeof value === 'string' && /^\s{0,9}\d{1,6}\s{0,9}$/.test(value) ? Number(value) : value;
	const isCount = typeof number === 'number' && Number.isInteger(number) && number >= 0;
	return isCount && number < 1_000_000 ? number : undefined;
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
	{ images, surplus }: ReturnType<typeof readImages>,
	requestId: string | undefined,
): Outcome<GeneratedImages> {
	const metadata = isObject(root.metadata) ? root.metadata : {};
	const failedCount = count(metadata.failed_count) ?? 0;
	if (images.length === 0) {
		const failure =
			failedCount > 0
				? { code: 'blocked', detail: `${failedCount} of ${failedCount} images were blocked` }
				: { code: 'unusable', detail: 'it says success, but holds no images' };
		return { ok: false, failure: { ...failure, traceId: requestId } };
	}
	return {
		ok: true,
		value: {
			requestId: requestId ?? '',
			images,
			...(surplus > 0 && { surplus }),
			successCount: count(metadata.success_count) ?? images.length + surplus,
			failedCount,
		},
	};
}

/** Memory of texts that are no image to deliver is others' again. */
function releaseOthers(texts: readonly Base64Text[], images: readonly GeneratedImage[]): void {
	const kept = new Set<unknown>(images.flatMap((image) => ('base64' in image ? image.base64 : [])));
	for (const text of texts) if (!kept.has(text)) text.release();
}

/**
 * Reads an answer of `POST /v1/image_generation`: its images, or why there are none. Neither HTTP 200 nor any other
 * status tells on its own. What is taken over is bounded, and holds no piece of the key.
 *
 * @param now ms since the epoch, for a `Retry-After` that is a date
 * @param redact takes the key out of a text
 */
export function readAnswer(
	answer: HttpAnswer,
	now: number,
	redact: Redact = (text) => text,
): Outcome<GeneratedImages> {
	let images: GeneratedImage[] = [];
	try {
		const outcome = readOutcome(answer, now, redact);
		if (outcome.ok) ({ images } = outcome.value);
		return outcome;
	} finally {
		releaseOthers(answer.base64 ?? [], images);
	}
}

function readOutcome(answer: HttpAnswer, now: number, redact: Redact): Outcome<GeneratedImages> {
	const root = toRoot(parse(answer));
	const ids = [root.id, root.request_id, header(answer.headers, 'trace-id')];
	const traceId = ids.map((id) => readId(id, redact)).find((id) => id !== undefined);
	const retryAfterMs = readRetryAfter(header(answer.headers, 'retry-after'), now);
	const found = readImages(root, answer.baseUrl, redact);
	const refusal = readRefusal(answer, root, found.images.length > 0, redact);
	const isFromTable = refusal !== undefined && !HTTP_STATUS_CODE.test(refusal.code);
	// Images that came are paid for, even if a gateway has stripped `base_resp` or changed the status.
	if (!isFromTable && found.images.length > 0) return readSuccess(root, found, traceId);
	if (refusal) return { ok: false, failure: { ...refusal, traceId, retryAfterMs } };
	if (isObject(root.base_resp)) return readSuccess(root, found, traceId);
	const words = readPage(answer.text, redact);
	const detail = words ? `it is not what the API answers: ${words}` : 'it is empty';
	return { ok: false, failure: { code: 'unusable', detail, traceId } };
}
