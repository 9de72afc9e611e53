import { excerpt, text } from '../http/excerpt';
import type { Failure } from '../http/outcome';
import { isKnownCode, kindOf } from './codes';

/** A JSON object of an answer. */
export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where an answer of MiniMax, of a gateway, or of one that wraps another's answer says what is wrong. */
const ERROR_FIELDS = ['base_resp', 'error', 'errors', 'detail'];
const WORD_FIELDS = ['status_msg', 'message', 'msg', 'error_msg', 'detail', 'error'];
const CODE_FIELDS = ['status_code', 'code', 'error_code'];

/** Depth of `{errors: [{error: {base_resp}}]}`. */
const MAX_DEPTH = 4;

/** An object that may be the first of a list, or written as text. */
export function toObject(value: unknown): JsonObject | undefined {
	const one: unknown = Array.isArray(value) ? value[0] : value;
	if (isObject(one)) return one;
	if (typeof one !== 'string' || !/^\s*\{/.test(one)) return undefined;
	try {
		return JSON.parse(one) as JsonObject;
	} catch {
		return undefined;
	}
}

/** The objects of an answer that may tell of an error, innermost first. */
function errorObjectsIn(value: unknown, depth = 0): JsonObject[] {
	const object = toObject(value);
	if (!object || depth > MAX_DEPTH) return [];
	const inner = ERROR_FIELDS.flatMap((field) => errorObjectsIn(object[field], depth + 1));
	return [...inner, object];
}

/** A code of the API, which comes as number or as text. */
function digits(value: unknown): string | undefined {
	const code = String(value).trim();
	return /^-?\d+$/.test(code) ? code : undefined;
}

/** "insufficient balance (1008)" of MiniMax's newer answers; gateways write "[1008]", "code: 1008", or quote its JSON. */
const CODE_IN_WORDS =
	/[([（［【]\s*(\d{4})\s*[)\]）］】]|(?:\b|_|err)code[\\"'\s]{0,9}[:=]?[\\"'\s]{0,9}(\d{4})\b/gi;

const codeInWords = (words: string | undefined): string | undefined =>
	[...(words ?? '').matchAll(CODE_IN_WORDS)]
		.map(([, bracket, code]) => bracket ?? code)
		.findLast((code) => code !== undefined && isKnownCode(code));

/** How interfaces that gateways copy call an empty balance; HTTP has a status for it. */
const isEmptyBalance = ({ code, type }: JsonObject) =>
	[code, type].some((name) => /^insufficient_.*(quota|balance|credit)/.test(String(name)));

/** What an answer says of an error, in each of the shapes that MiniMax and gateways use. */
function readError(root: JsonObject, body: string) {
	const objects = errorObjectsIn(root);
	const inner = objects.filter((object) => object !== root);
	const [said] = objects.flatMap((object) =>
		WORD_FIELDS.flatMap((field) => text(object[field]) ?? []),
	);
	// Of a plain text, or of JSON in a shape that nobody knows; a page may hold any number.
	const words = said ?? (/^\s*</.test(body) ? undefined : excerpt(body));
	const codesOf = (some: JsonObject[]) =>
		some.flatMap((object) => CODE_FIELDS.map((field) => digits(object[field])));
	const known = [...codesOf(inner), codeInWords(words), ...codesOf([root])];
	const isJson = Object.keys(root).length > 0;
	return {
		words: isJson ? said : words,
		known:
			known.find((code) => code && isKnownCode(code)) ??
			(objects.some(isEmptyBalance) ? 'http402' : undefined),
		status: objects.map(({ http_code }) => Number(http_code)).find((status) => status >= 400),
	};
}

/** Whether MiniMax itself has answered, and not only something on the way to it. */
const isOfMiniMax = (root: JsonObject): boolean =>
	toObject(root.base_resp) !== undefined || (root.type === 'error' && isObject(root.error));

/**
 * Why an answer holds no images, or undefined where it does not say so. The code in the body decides, whatever the
 * HTTP status is: gateways and MiniMax's newer surfaces send an empty balance with 402, 429 or 200. The status decides
 * only where there is no code.
 *
 * @param hasImages whether there are images in it: then nothing but a plain refusal counts
 */
export function readRefusal(
	answered: number,
	root: JsonObject,
	body: string,
	hasImages: boolean,
): Pick<Failure, 'code' | 'detail' | 'isOfService'> | undefined {
	const { words, known, status } = readError(root, body);
	const isSuccess = answered >= 200 && answered < 300;
	const isError = Boolean(root.error) || root.type === 'error' || !isSuccess || !hasImages;
	// Some send every error with HTTP 200, and its status beside its words.
	const statusCode = isSuccess && isError ? (status ?? answered) : answered;
	const httpCode = statusCode >= 300 && statusCode < 400 ? 'redirect' : `http${statusCode}`;
	const byStatus = statusCode >= 200 && statusCode < 300 ? undefined : httpCode;
	const given = digits(toObject(root.base_resp)?.status_code);
	const own = given === '0' ? undefined : given;
	const refusal = isError ? known : undefined;
	// A code that nobody knows says less than an HTTP status after which it is worth trying again.
	const isTelling = own !== undefined && (isKnownCode(own) || kindOf(httpCode) === 'refused');
	const code = refusal ?? (isTelling ? own : byStatus);
	if (code === undefined) return undefined;
	return {
		code,
		detail: words ?? ((refusal ?? own) ? undefined : excerpt(body)),
		isOfService: isOfMiniMax(root) || undefined,
	};
}
