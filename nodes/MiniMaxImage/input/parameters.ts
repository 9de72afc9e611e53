import type { IBinaryData, IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { IMAGE_COUNT, PROMPT_MAX_CHARACTERS } from '../models';
import { checkBoolean, checkChoice, checkSeed, checkText, checkWholeNumber } from './checks';
import { fieldName } from './fieldName';
import type { Read } from './fieldName';
import { splitUrls } from './links';
import { readModel, readSize, readStyle } from './modelParameters';
import { splitFieldNames } from './referenceFiles';
import { optional, readOutput, readSend } from './settings';
import type { ImageRequest, ItemParameters, Operation, ReferenceSource } from './types';

const OPERATIONS: readonly Operation[] = ['textToImage', 'imageToImage'];

function readRequest(read: Read, options: IDataObject, operation: Operation): ImageRequest {
	const model = readModel(read, operation);
	return {
		model: model.value,
		prompt: checkText(fieldName('prompt'), read('prompt'), PROMPT_MAX_CHARACTERS),
		size: readSize(read, model),
		count: checkWholeNumber(fieldName('numberOfImages'), read('numberOfImages'), IMAGE_COUNT),
		transfer:
			optional(options, 'transfer', (label, value) =>
				checkChoice(label, value, ['url', 'base64'] as const),
			) ?? 'url',
		seed: optional(options, 'seed', checkSeed),
		promptOptimizer: optional(options, 'promptOptimizer', checkBoolean),
		aigcWatermark: optional(options, 'aigcWatermark', checkBoolean),
		style: readStyle(read, options, model),
	};
}

function readReferences(read: Read, operation: Operation): ReferenceSource | undefined {
	if (operation === 'textToImage') return undefined;
	const inputType = checkChoice(fieldName('inputType'), read('inputType'), [
		'binary',
		'url',
	] as const);
	if (inputType === 'url') {
		return { inputType, urls: splitUrls(fieldName('imageUrls'), read('imageUrls')) };
	}
	const fields = read('binaryPropertyName') as string | IBinaryData;
	return { inputType, fields: splitFieldNames(fieldName('binaryPropertyName'), fields) };
}

/**
 * Reads and checks everything that one input item asks for. Nothing has been sent yet.
 *
 * @throws ItemError that names the field as displayed, its value and what is allowed
 */
export function readParameters(context: IExecuteFunctions, itemIndex: number): ItemParameters {
	const read: Read = (name) => context.getNodeParameter(name, itemIndex, null);
	const options = (read('options') ?? {}) as IDataObject;
	const operation = checkChoice(fieldName('operation'), read('operation'), OPERATIONS);
	const request = readRequest(read, options, operation);
	const output = readOutput(read, options);
	return {
		// Without a download there is nothing to carry inline images in.
		request: { ...request, transfer: output.downloadImages ? request.transfer : 'url' },
		references: readReferences(read, operation),
		output,
		send: readSend(options),
	};
}
