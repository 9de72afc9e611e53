import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { describeFile, identifyImage } from '../images/format';
import { readPixelSize } from '../images/pixelSize';
import { invalidInput } from '../itemError';
import { REFERENCE_LIMIT_BYTES } from '../models';
import { checkText, shown } from './checks';
import { fieldName } from './fieldName';
import { decodeDataUrl, isDataUrl } from './links';
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
		throw invalidInput(`${label} is ${shown(value)}, but must hold at least one field name`);
	return names;
}

/** The MIME type of a reference image by its bytes. Throws ItemError where the API would refuse it. */
export function checkReference(bytes: Buffer, what: string): string {
	const format = identifyImage(bytes);
	if (!format || format.name === 'WebP') {
		throw invalidInput(
			`${what} is ${describeFile(bytes)}, but a reference image must be JPEG or PNG`,
			'What counts is the content of the file, not its name. Convert the image, e.g. with the Edit Image node.',
		);
	}
	if (bytes.length >= REFERENCE_LIMIT_BYTES) {
		throw invalidInput(
			`${what} has ${(bytes.length / 1024 / 1024).toFixed(1)} MB, but a reference image must be smaller than 10 MB`,
			'Make it smaller first, e.g. with the Resize operation of the Edit Image node.',
		);
	}
	if (!readPixelSize(bytes)) {
		throw invalidInput(
			`${what} is a ${format.name} image that is cut short or damaged: its header cannot be read`,
			'Check the file, or the node that made it.',
		);
	}
	return format.mimeType;
}

/** One reference image, found and not yet read. */
export interface Reference {
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
	const label = fieldName('binaryPropertyName');
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
		throw invalidInput(
			`${label} is an expression that gives a file without its content`,
			'Enter the name of the field instead, e.g. data.',
		);
	}
	const names = [...Object.keys(item?.binary ?? {}), ...Object.keys(combined ?? {})];
	throw invalidInput(
		`${label} is ${shown(field)}, but the input item has no file in a field of that name`,
		names.length > 0
			? `The item has files in: ${names.join(', ')}.`
			: 'The item has no files at all. Put a node before this one that outputs a file, or choose Image URL as Input Type.',
	);
}

/**
 * The reference images of an item.
 *
 * @throws ItemError that names the field where there is no such file
 */
export function locate(
	context: IExecuteFunctions,
	itemIndex: number,
	source: ReferenceSource,
): Reference[] {
	if (source.inputType === 'url') {
		const label = fieldName('imageUrls');
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
			what: `${fieldName('binaryPropertyName')} "${name}"`,
			read: async () => await context.helpers.getBinaryDataBuffer(itemIndex, binary),
		};
	});
}
