import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Batch, SettledItem } from '../batch';
import { Breather } from '../http/breather';
import type { Journal } from '../journal';
import type { Spending } from '../purchase';
import { runsAsTool } from '../runsAsTool';
import { failedRow, toErrorItem } from './errorItem';
import { toNodeError, toRunError, toToolError } from './errors';
import type { NodeError } from './errors';
import { failureHints, hintsFor, paymentHints, waitHints } from './hints';
import { describePaid, paidImages } from './paidImages';
import type { PaidImages } from './paidImages';

/** What a run leaves behind to be told. */
export interface Run {
	batch: Batch;
	journal: Journal;
	/** How long requests waited for the rate limit, in ms. */
	waitedMs: number;
}

const onTheirWay = (count: number) =>
	count === 1 ? '1 request was on its way' : `${count} requests were on their way`;

/** Requests that ended without anybody knowing what became of them. */
function describeUnknown(count: number): string | undefined {
	if (count === 0) return undefined;
	return `${onTheirWay(count)}: probably charged, without links. Look at the usage of your account before you run them again.`;
}

/** Requests that are left to finish after the node has ended. */
function describePending(count: number): string | undefined {
	if (count === 0) return undefined;
	return `${onTheirWay(count)}: probably charged, without links so far. n8n's log will have them.`;
}

function describeSpending(paid: Spending, max?: number): string {
	const images = describePaid(paid, 'text', { max, stopped: true });
	return [images, describeUnknown(paid.unknown), describePending(paid.pending)]
		.filter(Boolean)
		.join(' ');
}

/**
 * The execution was stopped, by hand or by n8n's time-out. n8n stores it as it is at that moment: with this error, and
 * with what a retry goes on from, if the node ends at once, and with nothing to retry otherwise.
 */
function toCanceledError(context: IExecuteFunctions, journal: Journal): NodeOperationError {
	const paid = journal.spending;
	// n8n tells a stopped execution from a failed one by the word "canceled".
	const error = new NodeOperationError(context.getNode(), 'The execution was canceled', {
		description: describeSpending(paid) || undefined,
	});
	if (paid.links.length > 0) error.context.paidLinks = paid.links;
	return error;
}

/** Logs what a stopped run has paid for, once its last request has ended. */
export function logSpending({ logger }: IExecuteFunctions, journal: Journal): void {
	const words = describeSpending(journal.spending, Infinity);
	if (words) logger.warn(words);
}

/** How to go on after a run that ended early, with no promise that the journal cannot keep. */
function howToGoOn(context: IExecuteFunctions, { inline }: PaidImages): string {
	const isSubWorkflow = context.getMode() === 'integrated';
	const which = isSubWorkflow
		? "retry the execution of this sub-workflow in n8n, not its parent's, which buys everything again"
		: 'retry this execution in n8n';
	const what =
		inline === 0
			? 'images that are paid for are not bought again'
			: 'images that came as links are not bought again, but those that came inline are, since no link leads to them';
	return `To go on from here, fix the cause and ${which}: ${what}. With "On Error" set to Continue (using error output), what worked goes on, and failed items come out there.`;
}

/** The error that ends the run, of the first item that failed. */
function toFinalError(context: IExecuteFunctions, batch: Batch, itemIndex: number): NodeError {
	const node = context.getNode();
	const { error, result } = batch.settled[itemIndex] ?? {};
	const first = error ?? result?.errors[0];
	const paid = paidImages(batch.answers);
	if (runsAsTool(node)) return toToolError(node, first, itemIndex, paid);
	const isAlone = context.getInputData().length === 1 && paid.links.length + paid.inline === 0;
	const next = isAlone ? undefined : howToGoOn(context, paid);
	return toRunError(node, first, itemIndex, { paid, next });
}

/** Whether n8n runs the same items again in this execution: Retry On Fail looks at the first output item. */
const mayRunAgain = (context: IExecuteFunctions, [first]: INodeExecutionData[]): boolean =>
	context.getNode().retryOnFail === true && first?.json.error !== undefined;

/** The output items of all input items, in their order. Errors are made one by one, since each takes its time. */
async function toOutput(context: IExecuteFunctions, batch: Batch): Promise<INodeExecutionData[]> {
	const node = context.getNode();
	const breather = new Breather();
	const items: INodeExecutionData[] = [];
	for (const [itemIndex, item] of batch.settled.entries()) {
		// The list has holes where items were never sent.
		const { result, error } = (item as SettledItem | undefined) ?? {};
		if (!result) continue;
		const errors = error === undefined ? result.errors : [error, ...result.errors];
		items.push(
			...result.items,
			...errors.map((one) =>
				toErrorItem(toNodeError(node, one, itemIndex), itemIndex, failedRow(context, itemIndex)),
			),
		);
		await breather.breathe();
	}
	return items;
}

/**
 * REPORT: hands n8n what became of all items, and the hints of the run.
 *
 * @throws NodeOperationError when the execution was stopped; NodeApiError or NodeOperationError of the first item
 * that failed, unless "On Error" says to go on
 */
export async function report(
	context: IExecuteFunctions,
	{ batch, journal, waitedMs }: Run,
): Promise<INodeExecutionData[][]> {
	const failed = batch.settled.findIndex(
		(item) => item && (item.error !== undefined || item.result.errors.length > 0),
	);
	if (batch.stopped.aborted) throw toCanceledError(context, journal);
	if (failed !== -1 && !context.continueOnFail()) throw toFinalError(context, batch, failed);
	const items = await toOutput(context, batch);
	context.addExecutionHints?.(
		...failureHints(batch.settled),
		...hintsFor(batch.settled.map(({ result }) => result)),
		...paymentHints(batch.answers),
		...waitHints(waitedMs),
	);
	if (!mayRunAgain(context, items)) journal.clear();
	return [items];
}
