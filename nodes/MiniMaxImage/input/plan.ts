import type { IExecuteFunctions } from 'n8n-workflow';

import type { Batch } from '../batch';
import { readParameters } from './parameters';
import { References } from './references';
import type { ItemParameters } from './types';

/** An input item that passed all checks. */
export interface Plan {
	itemIndex: number;
	parameters: ItemParameters;
	/** Runs `use` with the links or data URLs of the item's references while they are held in memory. */
	withReferences: <T>(use: (imageFiles: string[]) => Promise<T>) => Promise<T>;
}

/**
 * PLAN: checks every item before the first request, so that a bad one is found before anything costs. What is
 * wrong with an item is noted in the batch.
 */
export async function plan(context: IExecuteFunctions, batch: Batch): Promise<Plan[]> {
	const references = new References(context);
	const plans: Plan[] = [];
	for (const itemIndex of context.getInputData().keys()) {
		try {
			const parameters = readParameters(context, itemIndex);
			await references.check(itemIndex, parameters.references);
			const withReferences: Plan['withReferences'] = async (use) =>
				await references.with(itemIndex, parameters.references, use);
			plans.push({ itemIndex, parameters, withReferences });
		} catch (error) {
			batch.fail(itemIndex, error);
		}
		if (batch.waiting.aborted) return [];
	}
	return plans;
}
