import { cutText, displayText } from '../displayText';
import { excerpt, text } from '../http/excerpt';

/** Longest words of a service that are kept and shown. */
const WORDS_CHARACTERS = 1_000;

/** Longest id of a service. */
const ID_CHARACTERS = 200;

/** Of a page as much as tells who answered. */
const PAGE_CHARACTERS = 300;

/** Before the key is taken out, which makes a text shorter, so much more is read. */
const RAW_FACTOR = 4;

/** A run of so many characters of the key gives it away. */
const RUN_CHARACTERS = 12;

/** An escaped character, as JSON, addresses and HTML do it, also escaped again. No part can match in two ways. */
const ESCAPE = [
	String.raw`\\{1,8}(?:u00|x)([\da-f]{2})`,
	String.raw`%(?:25){0,4}([\da-f]{2})`,
	String.raw`&(?:amp;)?#x0{0,4}([\da-f]{2});`,
	String.raw`&(?:amp;)?#0{0,4}(\d{2,3});`,
	String.raw`\\{1,8}(?=[^\\ux])`,
].join('|');

const ESCAPES = new RegExp(ESCAPE, 'gi');

/** Any character, escaped or plain. */
const CHARACTERS = new RegExp(`${ESCAPE}|[^]`, 'gi');

type Group = string | undefined;

/** What an escaped character stands for, by the groups of the pattern; a plain one is itself. */
function unescape(all: string, json: Group, percent: Group, html: Group, decimal: Group): string {
	const hex = json ?? percent ?? html;
	if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
	if (decimal !== undefined) return String.fromCharCode(Number(decimal));
	return all.startsWith('\\') ? '' : all;
}

/** Takes a key out of a text. */
export type Redact = (text: string) => string;

/** What stands where the key was. */
export const REDACTED = '[API key]';

/** Marks in `hidden` every character that belongs to a run of the key. */
function markRuns(plain: readonly string[], runs: ReadonlySet<string>, size: number): boolean[] {
	const hidden = new Array<boolean>(plain.length).fill(false);
	for (let at = 0; at + size <= plain.length; at++) {
		if (runs.has(plain.slice(at, at + size).join(''))) hidden.fill(true, at, at + size);
	}
	return hidden;
}

/**
 * Makes the function that takes a key out of texts: whole, or any run of 12 of its characters, escaped or not. A
 * service may repeat the key in part, and what is cut elsewhere leaves a part.
 */
export function redactor(key: string): Redact {
	const size = Math.min(RUN_CHARACTERS, key.length);
	const runs = new Set(
		Array.from({ length: key.length - size + 1 }, (_, at) => key.slice(at, at + size)),
	);
	// Every run holds one of these at a multiple of their length, so that most texts are looked through quickly.
	const probeSize = Math.ceil(size / 2);
	const probes = new Set(
		Array.from({ length: key.length - probeSize + 1 }, (_, at) => key.slice(at, at + probeSize)),
	);
	const mayHoldRun = (plain: string) => {
		for (let at = 0; at + probeSize <= plain.length; at += probeSize) {
			if (probes.has(plain.slice(at, at + probeSize))) return true;
		}
		return false;
	};
	return (raw) => {
		if (!mayHoldRun(raw.replace(ESCAPES, unescape))) return raw;
		const matches = [...raw.matchAll(CHARACTERS)].map((match) => ({
			raw: match[0],
			plain: unescape(match[0], match[1], match[2], match[3], match[4]),
		}));
		// An escape's own mark stands for nothing, and goes with the character after it.
		const units = matches.filter(({ plain }) => plain !== '');
		const hidden = markRuns(
			units.map(({ plain }) => plain),
			runs,
			size,
		);
		if (!hidden.includes(true)) return raw;
		let at = -1;
		return matches
			.map(({ raw: own, plain }) => {
				if (plain === '') return hidden[at + 1] === true ? '' : own;
				at += 1;
				if (!hidden[at]) return own;
				return hidden[at - 1] === true ? '' : REDACTED;
			})
			.join('');
	};
}

const read = (value: unknown, redact: Redact, max: number): string | undefined => {
	const raw = text(value)?.slice(0, RAW_FACTOR * max);
	// Again at the end, since marks that nobody sees may have stood between the characters of the key.
	return raw && cutText(redact(displayText(redact(raw))), max);
};

/** Words of a service as they are kept and shown: without the key, on one line, at most 1,000 characters. */
export const readWords = (value: unknown, redact: Redact): string | undefined =>
	read(value, redact, WORDS_CHARACTERS);

/** The visible words of an answer that is no JSON, likewise, at most 300 characters. */
export const readPage = (body: string, redact: Redact): string | undefined =>
	read(excerpt(body), redact, PAGE_CHARACTERS);

/** An id of a service, likewise, at most 200 characters. */
export const readId = (value: unknown, redact: Redact): string | undefined =>
	read(value, redact, ID_CHARACTERS);
