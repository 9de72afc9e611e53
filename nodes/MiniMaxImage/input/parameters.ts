import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { invalidInput } from '../itemError';
import { IMAGE_COUNT, PROMPT_MAX_CHARACTERS } from '../models';
import { checkBoolean, checkSeed, checkText, checkWholeNumber } from './checks';
import { checkChoice } from './choices';
import { fieldName } from './fieldName';
import type { Read } from './fieldName';
import type { LinkHosts } from './links';
import { readModel, readSize, readStyle } from './modelParameters';
import { ReferenceReader } from './referenceParts';
import { optional, readOrDefault, readOutput, readSend } from './settings';
import type { ImageRequest, ItemParameters, Operation, ReferenceSource } from './types';

const OPERATIONS: readonly Operation[] = ['textToImage', 'imageToImage'];

/** What n8n adds to the operations of nodes by itself, for calls that it thinks the node lacks. */
const CUSTOM_API_CALL = '__CUSTOM_API_CALL__';

function readOperation(value: unknown): Operation {
	if (value !== CUSTOM_API_CALL) return checkChoice('operation', value, OPERATIONS);
	throw invalidInput(
		'A Custom API Call is made with the HTTP Request node',
		'Put the HTTP Request node here, set its Authentication to Predefined Credential Type, and choose MiniMax Image API.',
	);
}

function readRequest(read: Read, options: IDataObject, operation: Operation): ImageRequest {
	const model = readModel(read, operation);
	return {
		model: model.value,
		prompt: checkText(fieldName('prompt'), read('prompt'), PROMPT_MAX_CHARACTERS),
		size: readSize(read, model),
		count: checkWholeNumber(
			fieldName('numberOfImages'),
			readOrDefault(read, 'numberOfImages'),
			IMAGE_COUNT,
		),
		transfer: checkChoice('transfer', options.transfer, ['url', 'base64'] as const),
		seed: optional(options, 'seed', checkSeed),
		promptOptimizer: optional(options, 'promptOptimizer', checkBoolean),
		aigcWatermark: optional(options, 'aigcWatermark', checkBoolean),
		style: readStyle(read, options, model),
	};
}

function readReferences(
	read: Read,
	operation: Operation,
	hosts: LinkHosts,
): ReferenceSource | undefined {
	if (operation === 'textToImage') return undefined;
	const inputType = checkChoice('inputType', read('inputType'), ['binary', 'url'] as const);
	const value = inputType === 'url' ? read('imageUrls') : readOrDefault(read, 'binaryPropertyName');
	return { inputType, parts: new ReferenceReader(inputType, hosts).read(value) };
}

/**
 * Reads and checks everything that one input item asks for. Nothing has been sent yet.
 *
 * @param hosts who opens the links to reference images
 * @throws ItemError that names the field as displayed, its value and what is allowed
 */
export function readParameters(
	context: IExecuteFunctions,
	itemIndex: number,
	hosts: LinkHosts,
): ItemParameters {
	const read: Read = (name) => context.getNodeParameter(name, itemIndex, null);
	const options = (read('options') ?? {}) as IDataObject;
	const operation = readOperation(read('operation'));
	const request = readRequest(read, options, operation);
	const output = readOutput(read, options);
	return {
		// Without a download there is nothing to carry inline images in.
		request: { ...request, transfer: output.downloadImages ? request.transfer : 'url' },
		references: readReferences(read, operation, hosts),
		output,
		send: readSend(options),
	};
}
