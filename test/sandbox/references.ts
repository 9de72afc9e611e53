import sharp from 'sharp';
import type { SubjectReference } from './types';

/** A reference image that passed: a link, or the decoded bytes of a data URL. */
export interface Reference {
	url?: string;
	bytes?: Buffer;
}

const MAX_REFERENCE_BYTES = 10 * 1024 * 1024;
const MAGIC_BYTES: Record<string, Buffer> = {
	jpeg: Buffer.from([0xff, 0xd8]),
	png: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
};

/** Reads the references of a request, or says what is wrong with the first bad one. */
export async function checkReferences(given: SubjectReference[]): Promise<Reference[] | string> {
	const references: Reference[] = [];
	for (const [index, entry] of given.entries()) {
		const reference = await checkReference(entry);
		if (typeof reference === 'string') return `subject_reference[${index}] ${reference}`;
		references.push(reference);
	}
	return references;
}

async function checkReference(entry: unknown): Promise<Reference | string> {
	if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
		return 'must be an object';
	}
	const { type, image_file: file, ...rest }: Record<string, unknown> = { ...entry };
	const unknown = Object.keys(rest)[0];
	if (unknown !== undefined) return `${unknown} is not a known field`;
	if (type !== 'character') return 'type must be character';
	if (typeof file !== 'string') return 'image_file must be a string';
	if (isWebUrl(file)) return { url: file };
	const bytes = await readDataUrl(file);
	return typeof bytes === 'string' ? `image_file ${bytes}` : { bytes };
}

function isWebUrl(text: string): boolean {
	return /^https?:\/\//i.test(text) && URL.canParse(text);
}

async function readDataUrl(url: string): Promise<Buffer | string> {
	// The head only: a pattern over the whole of ten megabytes can overflow the matcher's stack.
	const head = /^data:image\/(jpeg|png);base64,/.exec(url.slice(0, 64));
	const type = head?.[1];
	if (!head || !type) return 'must be an http(s) URL or a data URL of a JPEG or PNG in base64';
	const bytes = decodeBase64(url.slice(head[0].length));
	if (!bytes) return 'is not valid base64';
	if (bytes.length >= MAX_REFERENCE_BYTES) return 'must be under 10 MB';
	const magic = MAGIC_BYTES[type];
	if (!magic || !bytes.subarray(0, magic.length).equals(magic)) return `is not a ${type} file`;
	try {
		await sharp(bytes).metadata();
	} catch {
		return 'cannot be decoded';
	}
	return bytes;
}

/** Node's decoder passes over foreign characters in silence, so the length tells whether any were there. */
function decodeBase64(text: string): Buffer | undefined {
	if (text.length === 0 || text.length % 4 !== 0 || /[-_]/.test(text)) return undefined;
	const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='));
	const bytes = Buffer.from(text, 'base64');
	return bytes.length === (text.length / 4) * 3 - padding ? bytes : undefined;
}
