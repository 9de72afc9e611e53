import type { IBinaryData } from 'n8n-workflow';

import { invalidInput } from '../itemError';
import { SHORT_CHARACTERS } from '../plainText';
import { checkText, isUnset, preview, shown } from './checks';
import { fieldName } from './fieldName';
import { checkLink, refuseBotToken } from './links';
import type { LinkHosts } from './links';
import { lengthOfWords, parseJson, splitText } from './text';
import type { ReferencePart, ReferenceSource } from './types';

type Fields = Record<string, unknown>;

/** Where in a value something stands. */
interface Place {
	/** How many levels there may be below. */
	depth: number;
	/** Whether it was read from text. */
	isText: boolean;
}

/** Where attachments of tables and files of services have their link; a signed one works for more people. */
const LINK_KEYS = [
	...['signedUrl', 'signed_url', 'url', 'link', 'href', 'src', 'uri', 'imageUrl', 'image_url'],
	...['secure_url', 'downloadUrl', 'download_url', 'fileUrl', 'file_url', 'publicUrl'],
	...['public_url', 'webContentLink', 'file', 'external'],
];

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** Whether a value is a file of n8n, in the form that items and expressions give it. */
const isFile = (value: unknown): value is IBinaryData =>
	isObject(value) && typeof value.mimeType === 'string' && !LINK_KEYS.some((key) => value[key]);

/** What stands between names of fields, and between parts of "Image URL(s)" that are no links. */
const SEPARATORS = { binary: /,|[\r\n]+/, url: /[\r\n]+|[,;]\s/ };

/** Beside a link, words are a label. What looks like an address is one that does not work, and is told. */
const ADDRESS = /^(\/\/|www\.|[a-z][\w+.-]*:\/\/|[\w-]+\.[\w.-]+\/)/i;

/** Deeper than any table or service nests a link. */
const MAX_DEPTH = 20;

/** More than any request takes. */
const MAX_REFERENCES = 100;

/** More than any row or list of attachments has. */
const MAX_VALUES = 10_000;

/** Longest text of links, or of names, data URLs aside; and with these. */
const MAX_WORDS = 50_000;
const MAX_TEXT = 64 * 1024 * 1024;

const written = (count: number) => count.toLocaleString('en-US');

/** One of the two fields that give reference images. */
export class ReferenceReader {
	private readonly label: string;

	/** How many values may still be looked at. */
	private left = MAX_VALUES;

	/**
	 * @param inputType the field: "Input Data Field Name(s)" or "Image URL(s)"
	 * @param hosts who opens the links
	 */
	constructor(
		private readonly inputType: ReferenceSource['inputType'],
		private readonly hosts: LinkHosts,
	) {
		this.label = fieldName(inputType === 'url' ? 'imageUrls' : 'binaryPropertyName');
	}

	/**
	 * The reference images that a value gives: names, files, links, data URLs, lists of these, attachments of tables,
	 * and lists as JSON text.
	 *
	 * @throws ItemError that shows what is none of these
	 */
	read(value: unknown): ReferencePart[] {
		if (isUnset(value) || (!isObject(value) && typeof value !== 'string')) {
			checkText(this.label, value);
		}
		this.left = MAX_VALUES;
		const parts: ReferencePart[] = [];
		for (const part of this.flatten(value, { depth: MAX_DEPTH, isText: false })) {
			parts.push(part);
			if (parts.length > MAX_REFERENCES) {
				throw this.tooMuch(`more than ${MAX_REFERENCES} reference images`);
			}
		}
		if (parts.length > 0) return parts;
		const what = this.inputType === 'url' ? 'one link' : 'one field name';
		throw invalidInput(`${this.label} is ${shown(value)}, but must hold at least ${what}`);
	}

	private *flatten(value: unknown, at: Place): Generator<ReferencePart, void> {
		this.countValue();
		if (isUnset(value)) return;
		if (at.depth === 0) throw this.tooMuch(`more than ${MAX_DEPTH} levels of lists and objects`);
		const inside = { ...at, depth: at.depth - 1 };
		if (typeof value === 'string') yield* this.readText(value, inside);
		else if (Array.isArray(value)) for (const one of value) yield* this.flatten(one, inside);
		else if (isObject(value)) yield* this.readObject(value, inside);
		else throw this.refusal(value);
	}

	private *readObject(value: Fields, at: Place): Generator<ReferencePart, void> {
		const link = LINK_KEYS.map((key) => value[key]).find((one) => !isUnset(one));
		if (link !== undefined) return yield* this.flatten(link, at);
		if (isFile(value)) return yield this.checkFile(value, at);
		const fields: unknown[] = Object.values(value);
		if (fields.length > 0 && fields.every(isFile)) {
			for (const file of fields) yield this.checkFile(file, at);
			return;
		}
		const [only, ...others] = fields.filter((field) => this.holdsLink(field, at.depth));
		if (others.length > 0) throw this.refusal(value, 'more than one link');
		if (only === undefined) throw this.refusal(value);
		yield* this.flatten(only, at);
	}

	/** Whether there is a link in a value, however deep. */
	private holdsLink(value: unknown, depth: number): boolean {
		this.countValue();
		if (typeof value === 'string') return /^\s*(https?:)?\/\/\S/i.test(value);
		if (depth === 0 || !isObject(value)) return false;
		return Object.values(value).some((one) => this.holdsLink(one, depth - 1));
	}

	/** Text may come from anybody, while n8n hands over any file of its store by the id: so text names none. */
	private checkFile(file: IBinaryData, { isText }: Place): ReferencePart {
		if (!isText) return { file };
		throw invalidInput(
			`${this.label} is text that describes a file of n8n, which is not looked up`,
			'Choose Binary File as Input Type, and enter the name of the field that holds the file, e.g. data.',
		);
	}

	private *readText(text: string, at: Place): Generator<ReferencePart, void> {
		this.checkLength(text);
		const json = at.depth > 0 ? parseJson(text) : undefined;
		if (json !== undefined) return yield* this.flatten(json, { ...at, isText: true });
		const parts = splitText(text, SEPARATORS[this.inputType], MAX_REFERENCES);
		for (const part of parts) refuseBotToken(this.label, part.text);
		const hasLink = parts.some(({ isLink }) => isLink);
		for (const part of parts) {
			const isLink = part.isLink || part.text.startsWith('//');
			if (this.inputType === 'binary' && !isLink) yield { field: this.checkName(part.text) };
			else if (isLink || !hasLink || ADDRESS.test(part.text)) {
				yield { url: checkLink(this.label, part.text, this.hosts) };
			}
		}
	}

	private checkLength(text: string): void {
		if (text.length <= MAX_WORDS) return;
		if (text.length > MAX_TEXT) {
			throw this.tooMuch(`more than ${written(MAX_TEXT)} characters`);
		}
		if (lengthOfWords(text.trim(), MAX_REFERENCES) > MAX_WORDS) {
			throw this.tooMuch(`more than ${written(MAX_WORDS)} characters beside its data URLs`);
		}
	}

	private checkName(name: string): string {
		if (name.length <= SHORT_CHARACTERS) return name;
		throw this.tooMuch(`a name of ${written(name.length)} characters, ${shown(name)}`);
	}

	private countValue(): void {
		this.left -= 1;
		if (this.left < 0) throw this.tooMuch(`more than ${written(MAX_VALUES)} values`);
	}

	private tooMuch(what: string) {
		const wanted = this.inputType === 'url' ? 'the links or data URLs' : 'the names of the fields';
		return invalidInput(
			`${this.label} holds ${what}, which is too much for one item`,
			`Give ${wanted} alone, e.g. with an expression that leads to them.`,
		);
	}

	private refusal(value: unknown, links: 'no link' | 'more than one link' = 'no link') {
		refuseBotToken(this.label, preview(value));
		const allowed = 'links, data URLs and files, or lists of these';
		return invalidInput(
			`${this.label} holds ${shown(value)}, which has ${links} in it`,
			links === 'no link'
				? `The field takes ${this.inputType === 'url' ? allowed : `names of fields, ${allowed}`}.`
				: 'Give the one that leads to the image, e.g. {{ $json.photo.url }}.',
		);
	}
}
