import { trimMarks } from '../plainText';

/** Bytes that most file systems allow in a name are 255; the rest is for number and extension. */
const MAX_NAME_BYTES = 200;

const FORBIDDEN =
	/[<>:"/\\|?*\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Device names that Windows reserves, whatever extension follows. */
const RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?$/i;

const IMAGE_EXTENSION = /\.(jpe?g|png|webp|gif)$/i;

/**
 * A file name without extension that every file system takes. An image extension at the end is dropped, since the
 * extension follows the real bytes.
 *
 * @returns an empty string when nothing usable is left
 */
export function safeBaseName(wanted: string): string {
	// Windows drops dots and spaces at the end; a dot at the start hides the file elsewhere.
	const stripped = (name: string) => trimMarks(name, '. ');
	const cleaned = stripped(
		wanted
			.normalize('NFC')
			.trim()
			.replace(IMAGE_EXTENSION, '')
			.replace(FORBIDDEN, '_')
			.replace(/\s+/g, ' '),
	);
	let short = '';
	let bytes = 0;
	for (const character of RESERVED.test(cleaned) ? `_${cleaned}` : cleaned) {
		bytes += Buffer.byteLength(character);
		if (bytes > MAX_NAME_BYTES) break;
		short += character;
	}
	const name = stripped(short);
	return /^_*$/.test(name) ? '' : name;
}

/** Words of a prompt that a default name is made of, and its length in characters at most. */
const NAME_WORDS = 6;
const NAME_CHARACTERS = 48;

/** Words that say nothing of a picture at the start of a prompt. */
const ARTICLE = /^(a|an|the)$/;

/**
 * The default file name: the first words of a prompt, in lower case with hyphens ("red-fox-in-snow").
 *
 * @returns an empty string when the prompt has no word
 */
export function nameFromPrompt(prompt: string): string {
	const words = prompt
		.normalize('NFC')
		.toLowerCase()
		.replace(/['’]/g, '')
		.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu);
	const telling = words && ARTICLE.test(words[0] ?? '') ? words.slice(1) : (words ?? []);
	let name = '';
	for (const word of telling.slice(0, NAME_WORDS)) {
		const longer = name === '' ? word : `${name}-${word}`;
		if (name !== '' && longer.length > NAME_CHARACTERS) break;
		name = longer;
	}
	return [...name].slice(0, NAME_CHARACTERS).join('');
}

/** Hands out file names without extension, each only once in an execution. */
export class FileNames {
	private readonly taken = new Set<string>();

	/** Next number to try for a base name, so that a thousand equal names cost no more than ten. */
	private readonly nextNumber = new Map<string, number>();

	/** A name for each of `count` images: the base name alone for a single one, numbered otherwise. */
	take(wanted: string, count: number): string[] {
		const base = safeBaseName(wanted) || 'image';
		if (count === 1 && this.claim(base)) return [base];
		return Array.from({ length: count }, () => this.numbered(base, count));
	}

	private numbered(base: string, count: number): string {
		const id = base.toLowerCase();
		for (let number = this.nextNumber.get(id) ?? (count === 1 ? 2 : 1); ; number++) {
			if (!this.claim(`${base}-${number}`)) continue;
			this.nextNumber.set(id, number + 1);
			return `${base}-${number}`;
		}
	}

	/** File systems may not tell upper from lower case. */
	private claim(name: string): boolean {
		const id = name.toLowerCase();
		if (this.taken.has(id)) return false;
		this.taken.add(id);
		return true;
	}
}
