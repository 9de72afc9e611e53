import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { invalidInput } from '../itemError';
import { decodeDataUrl, unwrapFile } from './base64';
import { shown } from './checks';
import { fieldName } from './fieldName';
import { findFile, namesOfFiles } from './itemFiles';
import { isDataUrl } from './links';
import { withOneStart } from './referenceBytes';
import type { ReferencePart, ReferenceSource } from './types';

export { checkReference } from './referenceBytes';

/** One reference image, found and not yet read. */
export interface Reference {
	/** Two references with the same key are the same image. */
	key: string;
	/** The link, or the bytes of the image. */
	read: () => Promise<string | Buffer>;
	/** What a message calls it. */
	what: string;
}

/** What a message names of the fields of an item. */
const MAX_NAMES = 20;
const NAME_CHARACTERS = 80;

function findByName(context: IExecuteFunctions, itemIndex: number, name: string): IBinaryData {
	const file = findFile(context, itemIndex, name);
	if (file) return file;
	const names = namesOfFiles(context, itemIndex);
	const first = names.slice(0, MAX_NAMES).map((one) => one.slice(0, NAME_CHARACTERS));
	const others = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
	throw invalidInput(
		`${fieldName('binaryPropertyName')} is ${shown(name)}, but the input item has no file in a field of that name`,
		names.length > 0
			? `The item has files in: ${first.join(', ')}${others}.`
			: 'The item has no files at all. Put a node before this one that outputs a file, or choose Image URL as Input Type.',
	);
}

/** A file as an expression gives it: n8n leaves out the content of files that it keeps in memory. */
function checkHandedOver(file: IBinaryData, label: string, isList: boolean): IBinaryData {
	const [id, data] = [file.id, file.data].map((one: unknown) => typeof one === 'string' && one);
	if (id || data) return { ...file, id: id || undefined, data: data || '' };
	throw invalidInput(
		`${label} is an expression that gives ${isList ? 'a list of files' : 'a file'} without ${isList ? 'their' : 'its'} content`,
		isList
			? 'Give the names of the fields instead: {{ Object.keys($binary) }}, or e.g. front, side.'
			: 'Enter the name of the field instead, e.g. data.',
	);
}

function fileReference(
	context: IExecuteFunctions,
	itemIndex: number,
	file: IBinaryData,
	what: string,
): Reference {
	const read = async () => {
		let bytes: Buffer;
		try {
			bytes = await context.helpers.getBinaryDataBuffer(itemIndex, file);
		} catch {
			const named = file.fileName ? `, the file ${shown(file.fileName)},` : '';
			throw invalidInput(
				`${what}${named} cannot be read: n8n no longer has this file`,
				'n8n deletes files with the execution that made them. Run the node that makes the file again.',
			);
		}
		return withOneStart(unwrapFile(bytes, what));
	};
	return { key: file.id || file.data, what, read };
}

/**
 * The reference images of an item.
 *
 * @throws ItemError that names the field where there is no such file
 */
export function locate(
	context: IExecuteFunctions,
	itemIndex: number,
	{ inputType, parts }: ReferenceSource,
): Reference[] {
	const label = fieldName(inputType === 'url' ? 'imageUrls' : 'binaryPropertyName');
	const isList = parts.length > 1;
	const locateOne = (part: ReferencePart): Reference => {
		if ('url' in part) {
			const { url } = part;
			const read = () =>
				Promise.resolve(isDataUrl(url) ? withOneStart(decodeDataUrl(url, label)) : url);
			return { key: url, what: label, read };
		}
		if ('field' in part) {
			const file = findByName(context, itemIndex, part.field);
			return fileReference(context, itemIndex, file, `${label} "${part.field}"`);
		}
		const file = checkHandedOver(part.file, label, isList);
		return fileReference(context, itemIndex, file, `${label} ${shown(file.fileName ?? 'file')}`);
	};
	return parts.map(locateOne);
}
