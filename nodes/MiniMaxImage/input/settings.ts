import type { IDataObject } from 'n8n-workflow';

import { OPTION_BOUNDS } from '../description/options';
import type { SendSettings } from '../http/sendSettings';
import { invalidInput } from '../itemError';
import { checkBoolean, checkText, checkWholeNumber, isUnset } from './checks';
import { checkChoice } from './choices';
import { fieldName, orDefault } from './fieldName';
import type { Read } from './fieldName';
import type { OutputSettings } from './types';

const MS_PER_SECOND = 1000;

/** Longer than any file system takes; what is cut off a name is cut where the file is named. */
const FILE_NAME_CHARACTERS = 1000;

const UNSAFE_FIELD_NAMES = ['__proto__', 'prototype', 'constructor'];

/** A field, or what it is when it is left alone where it is empty. */
export const readOrDefault = (read: Read, name: string): unknown => orDefault(name, read(name));

/** An option that is checked when it is set, and absent otherwise. */
export function optional<T>(
	options: IDataObject,
	name: string,
	check: (label: string, value: unknown) => T,
): T | undefined {
	const value = options[name];
	return isUnset(value) ? undefined : check(fieldName(name), value);
}

/** How the images are handed to the next node. */
export function readOutput(read: Read, options: IDataObject): OutputSettings {
	const field = checkText(
		fieldName('binaryPropertyOutput'),
		orDefault('binaryPropertyOutput', options.binaryPropertyOutput),
	).trim();
	if (UNSAFE_FIELD_NAMES.includes(field)) {
		throw invalidInput(
			`${fieldName('binaryPropertyOutput')} is "${field}", which n8n reserves for itself`,
			'Choose another name, e.g. data.',
		);
	}
	return {
		downloadImages: checkBoolean(
			fieldName('downloadImages'),
			readOrDefault(read, 'downloadImages'),
		),
		binaryPropertyOutput: field,
		outputItems: checkChoice('outputItems', options.outputItems, [
			'perImage',
			'perRequest',
		] as const),
		includeInputFields: optional(options, 'includeInputFields', checkBoolean) ?? false,
		fileName: optional(options, 'fileName', (label, value) =>
			checkText(label, typeof value === 'number' ? String(value) : value, FILE_NAME_CHARACTERS),
		),
	};
}

function readBounded(options: IDataObject, name: keyof typeof OPTION_BOUNDS): number {
	const unit = name === 'timeout' ? 'seconds' : undefined;
	return checkWholeNumber(fieldName(name), orDefault(name, options[name]), {
		...OPTION_BOUNDS[name],
		unit,
	});
}

/** How the request is sent. */
export function readSend(options: IDataObject): SendSettings {
	return {
		requestsPerMinute: readBounded(options, 'requestsPerMinute'),
		maxConcurrency: readBounded(options, 'maxConcurrency'),
		maxImages: readBounded(options, 'maxImages'),
		maxRetries: readBounded(options, 'maxRetries'),
		timeoutMs: readBounded(options, 'timeout') * MS_PER_SECOND,
	};
}
