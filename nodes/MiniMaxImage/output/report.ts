import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Batch } from '../batch';
import type { Journal } from '../journal';
import { runsAsTool } from '../runsAsTool';
import { failedRow, toErrorItem } from './errorItem';
import { toNodeError, toRunError, toToolError } from './errors';
import type { NodeError } from './errors';
import { failureHints, hintsFor, paymentHints, waitHints } from './hints';
import { describePaid, paidImages } from './paidImages';

/** What a run leaves behind to be told. */
export interface Run {
	batch: Batch;
	journal: Journal;
	/** How long requests waited for the rate limit, in ms. */
	waitedMs: number;
}

const HOW_TO_GO_ON =
	'To go on from here, fix the cause and retry this execution in n8n: images that are paid for are not bought again. With "On Error" set to Continue (using error output), what worked goes on, and failed items come out there.';

/** The execution was stopped by hand, and n8n drops what a node returns then. */
function stopped(context: IExecuteFunctions, batch: Batch): NodeOperationError {
	// n8n tells a stopped execution from a failed one by the word "canceled". The log is the one place left for
	// links of images that are paid for.
	const error = new NodeOperationError(context.getNode(), 'The execution was canceled');
	const paid = paidImages(batch.answers);
	if (paid.links.length > 0) error.context.paidLinks = paid.links;
	const words = describePaid(paid, 'text', Infinity);
	if (words) context.logger.warn(words);
	return error;
}

/** The error that ends the run, of the first item that failed. */
function toFinalError(context: IExecuteFunctions, batch: Batch, itemIndex: number): NodeError {
	const node = context.getNode();
	const { error, result } = batch.settled[itemIndex] ?? {};
	const first = error ?? result?.errors[0];
	const paid = paidImages(batch.answers);
	if (runsAsTool(node)) return toToolError(node, first, itemIndex, paid);
	const isAlone = context.getInputData().length === 1 && paid.links.length + paid.inline === 0;
	return toRunError(node, first, itemIndex, { paid, next: isAlone ? undefined : HOW_TO_GO_ON });
}

/** Whether n8n runs the same items again in this execution: Retry On Fail looks at the first output item. */
const mayRunAgain = (context: IExecuteFunctions, [first]: INodeExecutionData[]): boolean =>
	context.getNode().retryOnFail === true && first?.json.error !== undefined;

/**
 * REPORT: hands n8n what became of all items, and the hints of the run.
 *
 * @throws NodeOperationError when the execution was stopped; NodeApiError or NodeOperationError of the first item
 * that failed, unless "On Error" says to go on
 */
export function report(
	context: IExecuteFunctions,
	{ batch, journal, waitedMs }: Run,
): INodeExecutionData[][] {
	const failed = batch.settled.findIndex(
		(item) => item && (item.error !== undefined || item.result.errors.length > 0),
	);
	const endsHere = batch.stopped.aborted || (failed !== -1 && !context.continueOnFail());
	if (endsHere) {
		journal.close(true);
		throw batch.stopped.aborted ? stopped(context, batch) : toFinalError(context, batch, failed);
	}
	const node = context.getNode();
	const items = batch.settled.flatMap(({ result, error }, itemIndex) => [
		...result.items,
		...[...(error === undefined ? [] : [error]), ...result.errors].map((one) =>
			toErrorItem(toNodeError(node, one, itemIndex), itemIndex, failedRow(context, itemIndex)),
		),
	]);
	context.addExecutionHints?.(
		...failureHints(batch.settled),
		...hintsFor(batch.settled.map(({ result }) => result)),
		...paymentHints(batch.answers),
		...waitHints(waitedMs),
	);
	journal.close(mayRunAgain(context, items));
	return [items];
}
