import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { QUOTES, readField, stripEnds } from './pasted';

/** Far above all keys seen; the longest, JSON web tokens, have about a thousand characters. */
const MAX_LENGTH = 4_096;

/** What follows a key in code and in lists. */
const AFTER_A_KEY = `${QUOTES},;`;

const BEARER = /^bearer(?:\s*:\s*|\s+|$)/i;

/** `NAME=`, `export NAME=`, `$env:NAME =`, `"name": ` and a header's `Authorization:`. */
const NAMED = /^(export\s+|set\s+|\$env:)?([a-z_][\w-]*)["'`]?\s*[=:]\s*(?=[^\s=])/i;

/** A name that tells of a key, or is written as the environment's are. */
const NAME_OF_A_KEY = /key|token|auth/i;
const NAME_IN_CAPITALS = /^[A-Z][A-Z0-9_]*$/;

/** How MiniMax's keys begin, and what can stand before one. */
const START_OF_A_KEY = /^(?:["'`“‘]|sk-|eyJ|bearer\s)/i;

const withoutName = (text: string): string => {
	const [all = '', command, name = ''] = NAMED.exec(text) ?? [];
	const rest = text.slice(all.length);
	// Other services' keys can hold "=" too, so only what is surely a name goes.
	const isName =
		command !== undefined ||
		NAME_OF_A_KEY.test(name) ||
		NAME_IN_CAPITALS.test(name) ||
		START_OF_A_KEY.test(rest);
	return isName ? rest : text;
};

const unwrapped = (text: string): string =>
	withoutName(stripEnds(text, QUOTES, AFTER_A_KEY).trim())
		.replace(BEARER, '')
		.trim();

/** A value as people paste it, without what they copied along. */
function clean(pasted: string): string {
	let text = pasted;
	// One inside another: `export NAME="Bearer sk-…"`. Every round makes it shorter.
	for (let before = ''; before !== text;) {
		before = text;
		text = unwrapped(text);
	}
	return text;
}

/**
 * The key as it is sent. What is often copied along is dropped: white space, quotes, invisible characters,
 * the name of a variable or header before it, "Bearer".
 *
 * @throws Error in plain words, which never repeat the key, when there is none, or none that can be sent
 */
export function resolveApiKey(credentials: ICredentialDataDecryptedObject): string {
	const key = clean(readField('API Key', credentials.apiKey, MAX_LENGTH));
	if (key === '') throw new Error('API Key is empty. Enter the key of your MiniMax account.');
	if (/\*{3}|\.{3}|…|•{3}/.test(key)) {
		throw new Error(
			'API Key holds the shortened form in which sites list keys. ' +
				'A key is shown whole only when it is made: copy it then, or make a new one.',
		);
	}
	// Only these fit into a header; a line break or a dash of a word processor would fail in obscure words.
	if (!/^[\x21-\x7e]+$/.test(key)) {
		throw new Error(
			'API Key holds a space or another character that no key has. Copy the key again, and nothing else.',
		);
	}
	if (/["'`]/.test(key)) {
		throw new Error(
			'API Key holds quotes, which no key has. Copy the key again, and nothing else.',
		);
	}
	return key;
}
