import { excerpt, text } from '../http/excerpt';
import type { Failure } from '../http/outcome';
import { isKnownCode, kindOf } from './codes';

/** A JSON object of an answer. */
export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** A code of the API, which comes as number or as text. */
function digits(value: unknown): string | undefined {
	const code = String(value).trim();
	return /^-?\d+$/.test(code) ? code : undefined;
}

/** The code that ends the words of MiniMax's newer answers: "insufficient balance (1008)". */
const inBrackets = (words: string | undefined): string | undefined =>
	[...(words ?? '').matchAll(/[(（](\d{4})[)）]/g)]
		.map(([, code]) => code)
		.findLast((code) => code !== undefined && isKnownCode(code));

/** The words of a body that is neither JSON nor a page. */
const plainWords = (body: string) => (/^\s*[<{[]/.test(body) ? undefined : excerpt(body));

/** What an answer says of an error, in each of the shapes that MiniMax and gateways use. */
function readError(statusCode: number, root: JsonObject, body: string) {
	const base = isObject(root.base_resp) ? root.base_resp : {};
	const error = isObject(root.error) ? root.error : {};
	const words =
		text(base.status_msg) ??
		text(error.message) ??
		text(root.error) ??
		text(root.message) ??
		(statusCode >= 400 ? plainWords(body) : undefined);
	const code = digits(base.status_code);
	const isError = root.error !== undefined || root.type === 'error' || statusCode >= 400;
	const known = [digits(error.code), isError ? inBrackets(words) : undefined, digits(root.code)];
	return {
		words,
		code: code === '0' ? undefined : code,
		known: known.find((one) => one && isKnownCode(one)),
	};
}

/** Whether MiniMax itself has answered, and not only something on the way to it. */
const isOfMiniMax = (root: JsonObject): boolean =>
	isObject(root.base_resp) || (root.type === 'error' && isObject(root.error));

/**
 * Why an answer holds no images, or undefined where it does not say so. The code in the body decides, whatever the
 * HTTP status is: gateways and MiniMax's newer surfaces send an empty balance with 402, 429 or 200. The status decides
 * only where there is no code.
 */
export function readRefusal(
	statusCode: number,
	root: JsonObject,
	body: string,
): Pick<Failure, 'code' | 'detail' | 'isOfService'> | undefined {
	const { words, code, known } = readError(statusCode, root, body);
	const isSuccess = statusCode >= 200 && statusCode < 300;
	const httpCode = statusCode >= 300 && statusCode < 400 ? 'redirect' : `http${statusCode}`;
	const detail = words ?? (code || known ? undefined : excerpt(body));
	const isOfService = isOfMiniMax(root) || undefined;
	if (code !== undefined) {
		// A code that nobody knows says less than an HTTP status after which it is worth trying again.
		const isUnknown = !isKnownCode(code) && kindOf(httpCode) !== 'refused';
		return { code: known ?? (isUnknown ? httpCode : code), detail, isOfService };
	}
	if (known !== undefined) return { code: known, detail, isOfService };
	return isSuccess ? undefined : { code: httpCode, detail, isOfService };
}
