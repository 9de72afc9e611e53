import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Batch } from '../batch';
import { toErrorItem } from './errorItem';
import { namingItem, tellingModel, toNodeError } from './errors';
import { hintsFor } from './hints';
import { addPaidImages, paidImages } from './paidImages';

/**
 * REPORT: hands n8n what became of all items, and the hints of the run.
 *
 * @throws NodeOperationError when the execution was stopped; NodeApiError or NodeOperationError of the first item
 * that failed, unless "On Error" says to go on
 */
export function report(context: IExecuteFunctions, batch: Batch): INodeExecutionData[][] {
	const node = context.getNode();
	const paid = paidImages(batch.answers);
	if (batch.stopped.aborted) {
		// n8n tells a stopped execution from a failed one by the word "canceled", and drops what a node
		// returns then: the log is the one place left for links of images that are paid for.
		const error = addPaidImages(new NodeOperationError(node, 'The execution was canceled'), paid);
		if (error.description) context.logger.warn(error.description);
		throw error;
	}
	const results = batch.settled.map(({ result, error }, itemIndex) => ({
		...result,
		errors: [...(error === undefined ? [] : [error]), ...result.errors].map((one) =>
			toNodeError(node, one, itemIndex),
		),
	}));
	const [firstError] = results.flatMap(({ errors }) => errors);
	if (firstError && !context.continueOnFail()) {
		addPaidImages(firstError, paid);
		// n8n adds "Tool" to the type of the twin that it makes for AI Agents.
		throw node.type.endsWith('Tool') ? tellingModel(firstError) : namingItem(firstError);
	}
	context.addExecutionHints?.(...hintsFor(results));
	return [
		results.flatMap(({ items, errors }, itemIndex) => [
			...items,
			...errors.map((error) => toErrorItem(error, itemIndex)),
		]),
	];
}
