import type { IBinaryData } from 'n8n-workflow';

import { invalidInput } from '../itemError';
import { checkText, isUnset, shown, toText } from './checks';
import { fieldName } from './fieldName';
import { checkLink, refuseBotToken } from './links';
import type { LinkHosts } from './links';
import { parseJson, splitText, startsAsLink } from './text';
import type { ReferencePart, ReferenceSource } from './types';

type Fields = Record<string, unknown>;

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

/** Whether there is a link in a value, however deep. */
function holdsLink(value: unknown, depth: number): boolean {
	if (typeof value === 'string') return /^\s*(https?:)?\/\/\S/i.test(value);
	return (
		depth > 0 && isObject(value) && Object.values(value).some((one) => holdsLink(one, depth - 1))
	);
}

/** What stands between names of fields, and between parts of "Image URL(s)" that are no links. */
const SEPARATORS = { binary: /,|[\r\n]+/, url: /\s*[\n\r]+\s*|[,;]\s+/ };

/** Deeper than any table or service nests a link. */
const MAX_DEPTH = 6;

/** One of the two fields that give reference images. */
export class ReferenceReader {
	private readonly label: string;

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
		if (isUnset(value) || !isObject(value)) checkText(this.label, value);
		const parts = this.flatten(value, MAX_DEPTH);
		if (parts.length > 0) return parts;
		const what = this.inputType === 'url' ? 'one link' : 'one field name';
		throw invalidInput(`${this.label} is ${shown(value)}, but must hold at least ${what}`);
	}

	private flatten(value: unknown, depth: number): ReferencePart[] {
		if (isUnset(value)) return [];
		if (typeof value === 'string') return this.readText(value, depth);
		if (!isObject(value) || depth === 0) throw this.refusal(value);
		if (Array.isArray(value)) return value.flatMap((one) => this.flatten(one, depth - 1));
		const link = LINK_KEYS.map((key) => value[key]).find((one) => !isUnset(one));
		if (link !== undefined) return this.flatten(link, depth - 1);
		if (isFile(value)) return [{ file: value }];
		const fields: unknown[] = Object.values(value);
		if (fields.length > 0 && fields.every(isFile)) return fields.map((file) => ({ file }));
		const [only, ...others] = fields.filter((field) => holdsLink(field, depth));
		if (others.length > 0) throw this.refusal(value, 'more than one link');
		if (only === undefined) throw this.refusal(value);
		return this.flatten(only, depth - 1);
	}

	private readText(text: string, depth: number): ReferencePart[] {
		const json = depth > 0 ? parseJson(text) : undefined;
		if (json !== undefined) return this.flatten(json, depth - 1);
		const parts = splitText(text, SEPARATORS[this.inputType]);
		for (const part of parts) refuseBotToken(this.label, part);
		return parts.map((part) => {
			const isLink = startsAsLink(part) || part.startsWith('//');
			if (this.inputType === 'binary' && !isLink) return { field: part };
			return { url: checkLink(this.label, part, this.hosts) };
		});
	}

	private refusal(value: unknown, links: 'no link' | 'more than one link' = 'no link') {
		refuseBotToken(this.label, toText(value));
		const allowed = 'links, data URLs and files, or lists of these';
		return invalidInput(
			`${this.label} holds ${shown(value)}, which has ${links} in it`,
			links === 'no link'
				? `The field takes ${this.inputType === 'url' ? allowed : `names of fields, ${allowed}`}.`
				: 'Give the one that leads to the image, e.g. {{ $json.photo.url }}.',
		);
	}
}
