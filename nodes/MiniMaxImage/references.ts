import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { InvalidInput, checkText, shown } from './checks';
import { labelOf } from './description';
import { decodeDataUrl, isDataUrl } from './imageUrls';
import { describeFile, identifyImage, readPixelSize } from './imageFormat';
import { REFERENCE_LIMIT_BYTES } from './models';
import type { ReferenceSource } from './types';

/** In n8n's combined binary mode an item's files sit in this field of its JSON. */
const COMBINED_FILES_FIELD = '_files';

/** The names in "Input Data Field Name(s)", or the file itself where an expression gives one. */
export function splitFieldNames(label: string, value: unknown): (string | IBinaryData)[] {
	if (typeof value === 'object' && value !== null && 'mimeType' in value) {
		return [value as IBinaryData];
	}
	const names = checkText(label, Array.isArray(value) ? value.join(',') : value)
		.split(',')
		.map((name) => name.trim())
		.filter((name) => name !== '');
	if (names.length === 0)
		throw new InvalidInput(`${label} is ${shown(value)}, but must hold at least one field name`);
	return names;
}

/** The MIME type of a reference image by its bytes. Throws InvalidInput where the API would refuse it. */
function checkReference(bytes: Buffer, what: string): string {
	const format = identifyImage(bytes);
	if (!format || format.name === 'WebP') {
		throw new InvalidInput(
			`${what} is ${describeFile(bytes)}, but a reference image must be JPEG or PNG`,
			'What counts is the content of the file, not its name. Convert the image, e.g. with the Edit Image node.',
		);
	}
	if (bytes.length >= REFERENCE_LIMIT_BYTES) {
		throw new InvalidInput(
			`${what} has ${(bytes.length / 1024 / 1024).toFixed(1)} MB, but a reference image must be smaller than 10 MB`,
			'Make it smaller first, e.g. with the Resize operation of the Edit Image node.',
		);
	}
	if (!readPixelSize(bytes)) {
		throw new InvalidInput(
			`${what} is a ${format.name} image that is cut short or damaged: its header cannot be read`,
			'Check the file, or the node that made it.',
		);
	}
	return format.mimeType;
}

interface Reference {
	/** Two references with the same key are the same image. */
	key: string;
	/** The link, or the bytes of the image. */
	read: () => Promise<string | Buffer>;
	/** What a message calls it. */
	what: string;
}

/** What n8n finds, or undefined where it refuses; our own words for that name the field as displayed. */
function found<T>(find: () => T): T | undefined {
	try {
		return find();
	} catch {
		return undefined;
	}
}

function findBinary(
	context: IExecuteFunctions,
	itemIndex: number,
	field: string | IBinaryData,
): IBinaryData {
	const label = labelOf('binaryPropertyName');
	const item = context.getInputData()[itemIndex];
	const combined = item?.json[COMBINED_FILES_FIELD];
	const inCombined =
		typeof field === 'string' &&
		combined !== null &&
		typeof combined === 'object' &&
		field in combined;
	const path = inCombined ? `${COMBINED_FILES_FIELD}.${field}` : field;
	const binary = found(() => context.helpers.assertBinaryData(itemIndex, path));
	if (binary) return binary;
	if (typeof field === 'object') {
		throw new InvalidInput(
			`${label} is an expression that gives a file without its content`,
			'Enter the name of the field instead, e.g. data.',
		);
	}
	const names = [...Object.keys(item?.binary ?? {}), ...Object.keys(combined ?? {})];
	throw new InvalidInput(
		`${label} is ${shown(field)}, but the input item has no file in a field of that name`,
		names.length > 0
			? `The item has files in: ${names.join(', ')}.`
			: 'The item has no files at all. Put a node before this one that outputs a file, or choose Image URL as Input Type.',
	);
}

function locate(
	context: IExecuteFunctions,
	itemIndex: number,
	source: ReferenceSource,
): Reference[] {
	if (source.inputType === 'url') {
		const label = labelOf('imageUrls');
		return source.urls.map((url) => ({
			key: url,
			what: label,
			read: () => Promise.resolve(isDataUrl(url) ? decodeDataUrl(url, label) : url),
		}));
	}
	return source.fields.map((field) => {
		const binary = findBinary(context, itemIndex, field);
		const name = typeof field === 'string' ? field : (binary.fileName ?? 'file');
		return {
			key: binary.id ?? binary.data,
			what: `${labelOf('binaryPropertyName')} "${name}"`,
			read: async () => await context.helpers.getBinaryDataBuffer(itemIndex, binary),
		};
	});
}

/** What the API gets: a link as it is, or a data URL whose type is the one that the bytes show. */
async function toImageFile({ read, what }: Reference): Promise<string> {
	const image = await read();
	if (typeof image === 'string') return image;
	return `data:${checkReference(image, what)};base64,${image.toString('base64')}`;
}

interface Shared {
	imageFile: Promise<string>;
	users: number;
}

/**
 * Loads reference images for one execution. Items in flight together that use the same image share one
 * encoded copy, which is dropped with its last user.
 */
export class References {
	private readonly inUse = new Map<string, Shared>();

	private readonly checked = new Set<string>();

	/** Settles when the item before has its references. */
	private loading = Promise.resolve();

	constructor(private readonly context: IExecuteFunctions) {}

	/**
	 * Checks the references of an item without keeping them, so that bad ones are refused before anything is sent.
	 *
	 * @throws InvalidInput that says what is wrong with which field
	 */
	async check(itemIndex: number, source: ReferenceSource | undefined): Promise<void> {
		if (!source) return;
		for (const { key, read, what } of locate(this.context, itemIndex, source)) {
			if (this.checked.has(key)) continue;
			const image = await read();
			if (typeof image !== 'string') checkReference(image, what);
			this.checked.add(key);
		}
	}

	/**
	 * Runs `use` with the links or data URLs of an item's references; none without a source. Items are served in the
	 * order they come, so that one with a large file is not overtaken by those after it.
	 */
	async with<T>(
		itemIndex: number,
		source: ReferenceSource | undefined,
		use: (imageFiles: string[]) => Promise<T>,
	): Promise<T> {
		const before = this.loading;
		let loaded = (): void => undefined;
		this.loading = new Promise<void>((resolve) => (loaded = resolve));
		await before;
		const references: Reference[] = [];
		try {
			if (source) references.push(...locate(this.context, itemIndex, source));
			const files = await Promise.all(references.map((reference) => this.acquire(reference)));
			const used = use(files);
			loaded();
			return await used;
		} finally {
			loaded();
			for (const { key } of references) this.release(key);
		}
	}

	private async acquire(reference: Reference): Promise<string> {
		const shared = this.inUse.get(reference.key) ?? { imageFile: toImageFile(reference), users: 0 };
		shared.users += 1;
		this.inUse.set(reference.key, shared);
		return await shared.imageFile;
	}

	private release(key: string): void {
		const shared = this.inUse.get(key);
		if (shared && --shared.users === 0) this.inUse.delete(key);
	}
}
