import { excerpt, text } from '../http/excerpt';
import type { Failure } from '../http/outcome';
import { isKnownCode, kindOf } from './codes';
import { readPage, readWords } from './words';
import type { Redact } from './words';

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

/** Codes are looked for in so much of the words: they stand in brackets behind a sentence, or in an upstream's JSON. */
const SEARCHED_CHARACTERS = 4_000;

/** An object that may be the first of a list, or written as text. */
export function toObject(value: unknown): JsonObject | undefined {
	const first: unknown = Array.isArray(value) ? value[0] : value;
	if (isObject(first)) return first;
	if (typeof first !== 'string' || !/^\s*\{/.test(first)) return undefined;
	try {
		return JSON.parse(first) as JsonObject;
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

/** A code of the API, which comes as number or as text. Other values have none, and may not even be texts. */
function digits(value: unknown): string | undefined {
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;
	const [, code] = /^\s{0,9}(-?\d{1,9})\s{0,9}$/.exec(String(value)) ?? [];
	return code;
}

/** "insufficient balance (1008)" of MiniMax's newer answers; gateways write "[1008]", "code: 1008", or quote its JSON. */
const CODE_IN_WORDS =
	/[([（［【]\s{0,9}(\d{4})\s{0,9}[)\]）］】]|(?:\b|_|err)code[\\"'\s]{0,9}[:=]?[\\"'\s]{0,9}(\d{4})\b/gi;

const codeInWords = (words: string | undefined): string | undefined =>
	[...(words ?? '').slice(0, SEARCHED_CHARACTERS).matchAll(CODE_IN_WORDS)]
		.map(([, bracket, code]) => bracket ?? code)
		.findLast((code) => code !== undefined && isKnownCode(code));

/** How interfaces that gateways copy call an empty balance; HTTP has a status for it. */
const isEmptyBalance = ({ code, type }: JsonObject) =>
	[code, type].some(
		(name) =>
			typeof name === 'string' && /^insufficient_.*(quota|balance|credit)/.test(name.slice(0, 200)),
	);

/** An HTTP status of 400 and more, which comes as number or as text. */
const errorStatus = ({ http_code }: JsonObject): number => {
	const status = Number(digits(http_code));
	return status >= 400 && status < 600 ? status : Number.NaN;
};

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
		status: objects.map(errorStatus).find((status) => status >= 400),
	};
}

/** Whether MiniMax itself has answered, and not only something on the way to it. */
const isOfMiniMax = (root: JsonObject): boolean =>
	toObject(root.base_resp) !== undefined || (root.type === 'error' && isObject(root.error));

/** The code of an HTTP status that is no success. */
function statusCodeOf(status: number): string | undefined {
	if (status >= 200 && status < 300) return undefined;
	return status >= 300 && status < 400 ? 'redirect' : `http${status}`;
}

/**
 * Why an answer holds no images, or undefined where it does not say so. The code in the body decides, whatever the
 * HTTP status is: gateways and MiniMax's newer surfaces send an empty balance with 402, 429 or 200. The status decides
 * only where there is no code.
 *
 * @param hasImages whether there are images in it: then nothing but a plain refusal counts
 */
export function readRefusal(
	{ statusCode: answered, text: body }: { statusCode: number; text: string },
	root: JsonObject,
	hasImages: boolean,
	redact: Redact,
): Pick<Failure, 'code' | 'detail' | 'isOfService'> | undefined {
	const { words, known, status } = readError(root, body);
	const isSuccess = answered >= 200 && answered < 300;
	const isError = Boolean(root.error) || root.type === 'error' || !isSuccess || !hasImages;
	// Some send every error with HTTP 200, and its status beside its words.
	const byStatus = statusCodeOf(isSuccess && isError ? (status ?? answered) : answered);
	const given = digits(toObject(root.base_resp)?.status_code);
	const own = given === '0' ? undefined : given;
	const refusal = isError ? known : undefined;
	// A code that nobody knows says less than an HTTP status after which it is worth trying again.
	const isTelling =
		own !== undefined && (isKnownCode(own) || kindOf(byStatus ?? 'http200') === 'refused');
	const code = refusal ?? (isTelling ? own : byStatus);
	if (code === undefined) return undefined;
	const said = readWords(words, redact);
	return {
		code,
		detail: said ?? ((refusal ?? own) ? undefined : readPage(body, redact)),
		isOfService: isOfMiniMax(root) || undefined,
	};
}
