import type { IExecuteFunctions } from 'n8n-workflow';

import type { Batch } from '../batch';
import { Breather } from '../http/breather';
import { invalidInput } from '../itemError';
import { fieldName } from './fieldName';
import type { LinkHosts } from './links';
import { readParameters } from './parameters';
import { References } from './references';
import type { ItemParameters } from './types';

/** An input item that passed all checks. */
export interface Plan {
	itemIndex: number;
	parameters: ItemParameters;
	/** The digest of each reference image, or its link. */
	referenceDigests: readonly string[];
	/** Runs `use` with the links or data URLs of the item's references while they are held in memory. */
	withReferences: <T>(use: (imageFiles: string[]) => Promise<T>) => Promise<T>;
}

/**
 * PLAN: checks every item before the first request, so that a bad one is found before anything costs. What is
 * wrong with an item is noted in the batch. Other work of n8n runs in between.
 *
 * @param hosts who opens links to reference images
 */
export async function plan(
	context: IExecuteFunctions,
	batch: Batch,
	hosts: LinkHosts,
): Promise<Plan[]> {
	const breather = new Breather();
	const references = new References(context, breather);
	const plans: Plan[] = [];
	for (const itemIndex of context.getInputData().keys()) {
		try {
			const parameters = readParameters(context, itemIndex, hosts);
			const referenceDigests = await references.check(itemIndex, parameters.references);
			const withReferences: Plan['withReferences'] = async (use) =>
				await references.with(itemIndex, parameters.references, use);
			plans.push({ itemIndex, parameters, referenceDigests, withReferences });
		} catch (error) {
			batch.fail(itemIndex, error);
		}
		await breather.breathe();
		if (batch.waiting.aborted) return [];
	}
	return withinLimit(plans, batch);
}

/** All plans, or none where the items together ask for more images than the user allows. */
function withinLimit(plans: Plan[], batch: Batch): Plan[] {
	const wanted = plans.reduce((sum, { parameters }) => sum + parameters.request.count, 0);
	// An expression can give each item a limit of its own, of which the lowest is the safest.
	const limit = plans.reduce(
		(lowest, { parameters }) => Math.min(lowest, parameters.send.maxImages || Infinity),
		Infinity,
	);
	if (wanted <= limit) return plans;
	const error = invalidInput(
		`The items together ask for ${wanted} images, but ${fieldName('maxImages')} is ${limit}, so nothing was sent`,
		`Raise the option ${fieldName('maxImages')}, or hand over fewer items at a time.`,
	);
	for (const { itemIndex } of plans) batch.fail(itemIndex, error);
	return [];
}
