import { checkReferences } from './references';
import type { Reference } from './references';
import type { GenerationRequest } from './types';

/** A request that the API does not take, with the code it says so by. */
export interface Refusal {
	code: number;
	message: string;
}

/** A request that the API takes. */
export interface Acceptance {
	request: GenerationRequest;
	references: Reference[];
}

type Body = Record<string, unknown>;
/** Says what is wrong with a field, if anything is. */
type Rule = (value: unknown, body: Body) => string | undefined;

const MODEL = 'image-01';
const LIVE_MODEL = 'image-01-live';
const MAX_PROMPT_CHARACTERS = 1500;
const MAX_ILLEGAL_SHARE = 0.1;
const STYLES = ['漫画', '元气', '中世纪', '水彩'];

/** The eight ratios and their sizes in pixels, as documented. */
export const RATIO_SIZES: Readonly<Record<string, readonly [number, number]>> = {
	'1:1': [1024, 1024],
	'16:9': [1280, 720],
	'4:3': [1152, 864],
	'3:2': [1248, 832],
	'2:3': [832, 1248],
	'3:4': [864, 1152],
	'9:16': [720, 1280],
	'21:9': [1344, 576],
};

const RULES: Record<string, Rule> = {
	model: oneOf([MODEL, LIVE_MODEL]),
	prompt: promptRule,
	aspect_ratio: (value, body) =>
		oneOf(Object.keys(RATIO_SIZES))(value, body) ??
		(value === '21:9' ? onlyFor(MODEL, body) : undefined),
	width: sideRule('height'),
	height: sideRule('width'),
	response_format: oneOf(['url', 'base64']),
	n: integer(1, 9),
	seed: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
	prompt_optimizer: boolean,
	aigc_watermark: boolean,
	subject_reference: (value) =>
		Array.isArray(value) && value.length > 0 ? undefined : 'must be a non-empty array',
	style: styleRule,
};

function oneOf(allowed: string[]): Rule {
	return (value) =>
		allowed.some((one) => one === value) ? undefined : `must be one of ${allowed.join(', ')}`;
}

function integer(min: number, max: number): Rule {
	return (value) =>
		Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max
			? undefined
			: `must be an integer from ${min} to ${max}`;
}

function boolean(value: unknown): string | undefined {
	return typeof value === 'boolean' ? undefined : 'must be a boolean';
}

function onlyFor(model: string, body: Body): string | undefined {
	return body.model === model ? undefined : `is for ${model} only`;
}

function promptRule(value: unknown): string | undefined {
	if (typeof value !== 'string') return 'must be a string';
	if (value.trim() === '') return 'must not be blank';
	const characters = Array.from(value).length;
	if (characters <= MAX_PROMPT_CHARACTERS) return undefined;
	return `must have at most ${MAX_PROMPT_CHARACTERS} characters, has ${characters}`;
}

function sideRule(other: string): Rule {
	return (value, body) => {
		const wrong = integer(512, 2048)(value, body) ?? onlyFor(MODEL, body);
		if (wrong !== undefined) return wrong;
		if (Number(value) % 8 !== 0) return 'must be divisible by 8';
		if (!(other in body)) return `needs ${other} too`;
		// The API would let the ratio win in silence. Whoever sends both has made a mistake.
		return 'aspect_ratio' in body ? 'must not be sent with aspect_ratio' : undefined;
	};
}

function styleRule(value: unknown, body: Body): string | undefined {
	if (!isObject(value)) return 'must be an object';
	const { style_type: type, style_weight: weight, ...rest } = value;
	const unknown = Object.keys(rest)[0];
	if (unknown !== undefined) return `${unknown} is not a known field`;
	if (oneOf(STYLES)(type, body)) return `style_type must be one of ${STYLES.join(', ')}`;
	const weighs = typeof weight === 'number' && weight > 0 && weight <= 1;
	if ('style_weight' in value && !weighs) return 'style_weight must be over 0 and at most 1';
	return onlyFor(LIVE_MODEL, body);
}

/** Whether more of the prompt is invisible or illegal than the API lets pass. */
function isMostlyInvisible(prompt: string): boolean {
	const illegal = prompt.match(/(?![\n\r\t])[\p{Cc}\p{Cf}\p{Cs}]/gu)?.length ?? 0;
	return illegal / Array.from(prompt).length > MAX_ILLEGAL_SHARE;
}

/** Tells an object of JSON from its arrays, null and the rest. */
export function isObject(value: unknown): value is Body {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function findMistake(body: Body): string | undefined {
	const unknown = Object.keys(body).find((field) => !Object.hasOwn(RULES, field));
	if (unknown !== undefined) return `${unknown} is not a known field`;
	for (const field of ['model', 'prompt']) if (!(field in body)) return `${field} is required`;
	for (const [field, rule] of Object.entries(RULES)) {
		const wrong = field in body ? rule(body[field], body) : undefined;
		if (wrong !== undefined) return `${field} ${wrong}`;
	}
	return undefined;
}

function isValid(body: Body): body is Body & GenerationRequest {
	return findMistake(body) === undefined;
}

/** Builds the refusal for a parameter the API calls invalid. */
export function invalid(reason: string): Refusal {
	return { code: 2013, message: `invalid params, ${reason}` };
}

/** Judges a parsed body by the API's rules, each written from the documentation. */
export async function validate(body: unknown): Promise<Acceptance | Refusal> {
	if (!isObject(body)) return invalid('the body must be a JSON object');
	if (!isValid(body)) return invalid(findMistake(body) ?? 'body');
	const references = await checkReferences(body.subject_reference ?? []);
	if (typeof references === 'string') return invalid(references);
	const { prompt } = body;
	if (isMostlyInvisible(prompt)) {
		return { code: 1042, message: 'prompt has more than 10% invisible or illegal characters' };
	}
	if (prompt.includes('BLOCKED')) return { code: 1026, message: 'input new_sensitive' };
	if (prompt.includes('BLOCK_ALL')) return { code: 1027, message: 'output new_sensitive' };
	return { request: body, references };
}
