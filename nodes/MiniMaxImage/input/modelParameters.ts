import type { IDataObject } from 'n8n-workflow';

import { invalidInput } from '../itemError';
import {
	CUSTOM_RATIO,
	CUSTOM_SIZE,
	MODELS,
	STYLE_WEIGHT,
	modelNames,
	unknownModel,
} from '../models';
import type { Model } from '../models';
import { plainText } from '../plainText';
import { checkAspectRatio } from './aspectRatio';
import { checkNumber, checkText, checkWholeNumber, isUnset, shown } from './checks';
import type { NumberRange } from './checks';
import { findChoice, unwrapChoice } from './choices';
import { fieldChoices, fieldName, orDefault } from './fieldName';
import type { Read } from './fieldName';
import { readOrDefault } from './settings';
import type { ImageRequest, Operation } from './types';

const SIDE: NumberRange = { ...CUSTOM_SIZE, unit: 'pixels' };

/** The model that is chosen; one that is not known here is sent as it is, since MiniMax may know it. */
export function readModel(read: Read, operation: Operation): Model {
	const given = unwrapChoice(read('model'));
	const value = checkText(fieldName('model'), orDefault('model', given));
	const model = findChoice(value, MODELS);
	if (!model) return unknownModel(plainText(value));
	if (operation === 'textToImage' || model.references) return model;
	throw invalidInput(
		`${fieldName('model')} ${model.name} takes no reference images`,
		`Choose the model ${modelNames(({ references }) => references)}.`,
	);
}

/** The aspect ratio, or width and height, as the model takes them. */
export function readSize(read: Read, model: Model): ImageRequest['size'] {
	const label = fieldName('aspectRatio');
	const ratio = checkAspectRatio(read('aspectRatio'));
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
	const side = (name: string) => checkWholeNumber(fieldName(name), readOrDefault(read, name), SIDE);
	return { width: side('width'), height: side('height') };
}

/** The style with its weight, where one is set. Workflows of earlier versions have the style among the options. */
export function readStyle(read: Read, options: IDataObject, model: Model): ImageRequest['style'] {
	const set = {
		style: chosenStyle(read('style')) ?? chosenStyle(options.style),
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
	return {
		type: checkStyle(set.style, model),
		weight: checkNumber(
			fieldName('styleWeight'),
			orDefault('styleWeight', set.styleWeight),
			STYLE_WEIGHT,
		),
	};
}

/** What a style field holds; undefined where it is empty, or says so in the words of its list. */
function chosenStyle(value: unknown): unknown {
	const isNone = isUnset(value) || findChoice(value, fieldChoices('style'))?.value === '';
	return isNone ? undefined : unwrapChoice(value);
}

function checkStyle(given: unknown, model: Model): string {
	const style = findChoice(given, model.styles);
	if (style) return style.value;
	if (model.takesAnyStyle) return checkText(fieldName('style'), given);
	const names = model.styles.map(({ name }) => name).join(', ');
	throw invalidInput(`${fieldName('style')} is ${shown(given)}, but must be one of: ${names}`);
}
