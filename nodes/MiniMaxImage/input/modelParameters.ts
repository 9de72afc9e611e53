import type { IDataObject } from 'n8n-workflow';

import { defaultOf } from '../description/options';
import { invalidInput } from '../itemError';
import {
	ASPECT_RATIOS,
	CUSTOM_RATIO,
	CUSTOM_SIZE,
	MODELS,
	STYLE_WEIGHT,
	modelNames,
} from '../models';
import type { Model } from '../models';
import {
	checkChoice,
	checkNumber,
	checkWholeNumber,
	describeRange,
	isUnset,
	shown,
} from './checks';
import type { NumberRange } from './checks';
import { fieldName } from './fieldName';
import type { Read } from './fieldName';
import type { ImageRequest, Operation } from './types';

const SIDE: NumberRange = { ...CUSTOM_SIZE, unit: 'pixels' };

/** The model that is chosen, one that the operation offers. */
export function readModel(read: Read, operation: Operation): Model {
	const value = read('model');
	const offered = MODELS.filter(({ references }) => operation === 'textToImage' || references);
	checkChoice(
		fieldName('model'),
		value,
		offered.map((model) => model.value),
	);
	return offered.find((model) => model.value === value) as Model;
}

/** The aspect ratio, or width and height, as the model takes them. */
export function readSize(read: Read, model: Model): ImageRequest['size'] {
	const label = fieldName('aspectRatio');
	const ratio = checkChoice(label, read('aspectRatio'), [
		...ASPECT_RATIOS.map(({ value }) => value),
		CUSTOM_RATIO,
	]);
	if (ratio !== CUSTOM_RATIO) {
		if (!model.aspectRatios.includes(ratio)) {
			throw invalidInput(
				`${label} "${ratio}" is not available for the model ${model.name}`,
				`Choose one of ${model.aspectRatios.join(', ')}, or the model ${modelNames(({ aspectRatios }) => aspectRatios.includes(ratio))}.`,
			);
		}
		return { aspectRatio: ratio };
	}
	if (!model.customSize) {
		throw invalidInput(
			`${label} "Custom" is not available for the model ${model.name}`,
			`Choose one of ${model.aspectRatios.join(', ')}, or the model ${modelNames(({ customSize }) => customSize)}.`,
		);
	}
	return { width: readSide('width', 'height'), height: readSide('height', 'width') };

	function readSide(name: string, other: string): number {
		const value = read(name);
		if (isUnset(value)) {
			throw invalidInput(
				`${fieldName(name)} is empty, but must be a whole number ${describeRange(SIDE)}; a custom size needs both ${fieldName(name)} and ${fieldName(other)}`,
			);
		}
		return checkWholeNumber(fieldName(name), value, SIDE);
	}
}

/** The style with its weight, where one is set. Workflows of earlier versions have the style among the options. */
export function readStyle(read: Read, options: IDataObject, model: Model): ImageRequest['style'] {
	const chosen = read('style');
	const set = {
		style: isUnset(chosen) ? options.style : chosen,
		styleWeight: options.styleWeight,
	};
	const name = (['style', 'styleWeight'] as const).find((one) => !isUnset(set[one]));
	if (!name) return undefined;
	if (model.styles.length === 0) {
		throw invalidInput(
			`${fieldName(name)} ${shown(set[name])} is not available for the model ${model.name}`,
			`Leave it empty, or choose the model ${modelNames(({ styles }) => styles.length > 0)}.`,
		);
	}
	const style = model.styles.find(
		({ name: label, value }) => set.style === value || set.style === label,
	);
	if (!style) {
		const names = model.styles.map(({ name: label }) => label).join(', ');
		throw invalidInput(
			`${fieldName('style')} is ${shown(set.style)}, but must be one of: ${names}`,
		);
	}
	const weight = isUnset(set.styleWeight) ? defaultOf('styleWeight') : set.styleWeight;
	return {
		type: style.value,
		weight: checkNumber(fieldName('styleWeight'), weight, STYLE_WEIGHT),
	};
}
