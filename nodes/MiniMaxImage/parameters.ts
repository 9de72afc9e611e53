import type { IBinaryData, IDataObject, IExecuteFunctions } from 'n8n-workflow';

import {
	InvalidInput,
	checkBoolean,
	checkChoice,
	checkNumber,
	checkSeed,
	checkText,
	checkWholeNumber,
	describeRange,
	isUnset,
	shown,
} from './checks';
import type { NumberRange } from './checks';
import { labelOf } from './description';
import { OPTION_BOUNDS, defaultOf } from './description/options';
import { refusing } from './errors';
import { splitUrls } from './imageUrls';
import {
	ASPECT_RATIOS,
	CUSTOM_RATIO,
	CUSTOM_SIZE,
	IMAGE_COUNT,
	MODELS,
	PROMPT_MAX_CHARACTERS,
	STYLE_WEIGHT,
	modelNames,
} from './models';
import type { Model } from './models';
import { splitFieldNames } from './references';
import type {
	ImageRequest,
	ItemParameters,
	Operation,
	OutputSettings,
	ReferenceSource,
	SendSettings,
} from './types';

const MS_PER_SECOND = 1000;

const SIDE: NumberRange = { ...CUSTOM_SIZE, unit: 'pixels' };

const OPERATIONS: readonly Operation[] = ['textToImage', 'imageToImage'];
const UNSAFE_FIELD_NAMES = ['__proto__', 'prototype', 'constructor'];

type Read = (name: string) => unknown;

function readModel(read: Read, operation: Operation): Model {
	const value = read('model');
	const offered = MODELS.filter(({ references }) => operation === 'textToImage' || references);
	checkChoice(
		labelOf('model'),
		value,
		offered.map((model) => model.value),
	);
	return offered.find((model) => model.value === value) as Model;
}

function readSize(read: Read, model: Model): ImageRequest['size'] {
	const label = labelOf('aspectRatio');
	const ratio = checkChoice(label, read('aspectRatio'), [
		...ASPECT_RATIOS.map(({ value }) => value),
		CUSTOM_RATIO,
	]);
	if (ratio !== CUSTOM_RATIO) {
		if (!model.aspectRatios.includes(ratio)) {
			throw new InvalidInput(
				`${label} "${ratio}" is not available for the model ${model.name}`,
				`Choose one of ${model.aspectRatios.join(', ')}, or the model ${modelNames(({ aspectRatios }) => aspectRatios.includes(ratio))}.`,
			);
		}
		return { aspectRatio: ratio };
	}
	if (!model.customSize) {
		throw new InvalidInput(
			`${label} "Custom" is not available for the model ${model.name}`,
			`Choose one of ${model.aspectRatios.join(', ')}, or the model ${modelNames(({ customSize }) => customSize)}.`,
		);
	}
	return { width: readSide('width', 'height'), height: readSide('height', 'width') };

	function readSide(name: string, other: string): number {
		const value = read(name);
		if (isUnset(value)) {
			throw new InvalidInput(
				`${labelOf(name)} is empty, but must be a whole number ${describeRange(SIDE)}; a custom size needs both ${labelOf(name)} and ${labelOf(other)}`,
			);
		}
		return checkWholeNumber(labelOf(name), value, SIDE);
	}
}

function readStyle(options: IDataObject, model: Model): ImageRequest['style'] {
	const set = (['style', 'styleWeight'] as const).find((name) => !isUnset(options[name]));
	if (!set) return undefined;
	if (model.styles.length === 0) {
		throw new InvalidInput(
			`${labelOf(set)} ${shown(options[set])} is not available for the model ${model.name}`,
			`Remove the option, or choose the model ${modelNames(({ styles }) => styles.length > 0)}.`,
		);
	}
	const style = model.styles.find(
		({ name, value }) => options.style === value || options.style === name,
	);
	if (!style) {
		const names = model.styles.map(({ name }) => name).join(', ');
		throw new InvalidInput(
			`${labelOf('style')} is ${shown(options.style)}, but must be one of: ${names}`,
		);
	}
	const weight = isUnset(options.styleWeight) ? defaultOf('styleWeight') : options.styleWeight;
	return {
		type: style.value,
		weight: checkNumber(labelOf('styleWeight'), weight, STYLE_WEIGHT),
	};
}

/** An option that is checked when it is set, and absent otherwise. */
function optional<T>(
	options: IDataObject,
	name: string,
	check: (label: string, value: unknown) => T,
): T | undefined {
	const value = options[name];
	return isUnset(value) ? undefined : check(labelOf(name), value);
}

function readRequest(read: Read, options: IDataObject, operation: Operation): ImageRequest {
	const model = readModel(read, operation);
	return {
		model: model.value,
		prompt: checkText(labelOf('prompt'), read('prompt'), PROMPT_MAX_CHARACTERS),
		size: readSize(read, model),
		count: checkWholeNumber(labelOf('numberOfImages'), read('numberOfImages'), IMAGE_COUNT),
		transfer:
			optional(options, 'transfer', (label, value) =>
				checkChoice(label, value, ['url', 'base64'] as const),
			) ?? 'url',
		seed: optional(options, 'seed', checkSeed),
		promptOptimizer: optional(options, 'promptOptimizer', checkBoolean),
		aigcWatermark: optional(options, 'aigcWatermark', checkBoolean),
		style: readStyle(options, model),
	};
}

function readReferences(read: Read, operation: Operation): ReferenceSource | undefined {
	if (operation === 'textToImage') return undefined;
	const inputType = checkChoice(labelOf('inputType'), read('inputType'), [
		'binary',
		'url',
	] as const);
	if (inputType === 'url') {
		return { inputType, urls: splitUrls(labelOf('imageUrls'), read('imageUrls')) };
	}
	const fields = read('binaryPropertyName') as string | IBinaryData;
	return { inputType, fields: splitFieldNames(labelOf('binaryPropertyName'), fields) };
}

function readOutput(read: Read, options: IDataObject): OutputSettings {
	const field = (
		optional(options, 'binaryPropertyOutput', checkText) ??
		String(defaultOf('binaryPropertyOutput'))
	).trim();
	if (UNSAFE_FIELD_NAMES.includes(field)) {
		throw new InvalidInput(
			`${labelOf('binaryPropertyOutput')} is "${field}", which n8n reserves for itself`,
			'Choose another name, e.g. data.',
		);
	}
	return {
		downloadImages: checkBoolean(labelOf('downloadImages'), read('downloadImages')),
		binaryPropertyOutput: field,
		outputItems:
			optional(options, 'outputItems', (label, value) =>
				checkChoice(label, value, ['perImage', 'perRequest'] as const),
			) ?? 'perImage',
		fileName: optional(options, 'fileName', (label, value) =>
			checkText(label, typeof value === 'number' ? String(value) : value),
		),
	};
}

function readBounded(options: IDataObject, name: keyof typeof OPTION_BOUNDS): number {
	const value = isUnset(options[name]) ? defaultOf(name) : options[name];
	const unit = name === 'timeout' ? 'seconds' : undefined;
	return checkWholeNumber(labelOf(name), value, { ...OPTION_BOUNDS[name], unit });
}

function readSend(options: IDataObject): SendSettings {
	return {
		requestsPerMinute: readBounded(options, 'requestsPerMinute'),
		maxConcurrency: readBounded(options, 'maxConcurrency'),
		maxRetries: readBounded(options, 'maxRetries'),
		timeoutMs: readBounded(options, 'timeout') * MS_PER_SECOND,
	};
}

/**
 * Reads and checks everything that one input item asks for. Nothing has been sent yet.
 *
 * @throws NodeOperationError that names the field as displayed, its value, what is allowed and the item
 */
export async function readParameters(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<ItemParameters> {
	const read: Read = (name) => context.getNodeParameter(name, itemIndex, null);
	return await refusing(context, itemIndex, () => {
		const options = (read('options') ?? {}) as IDataObject;
		const operation = checkChoice(labelOf('operation'), read('operation'), OPERATIONS);
		const request = readRequest(read, options, operation);
		const output = readOutput(read, options);
		return {
			// Without a download there is nothing to carry inline images in.
			request: { ...request, transfer: output.downloadImages ? request.transfer : 'url' },
			references: readReferences(read, operation),
			output,
			send: readSend(options),
		};
	});
}
