import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { ApiClient } from './api/client';
import { Submitter } from './api/submit';
import { readWords } from './api/words';
import { Batch } from './batch';
import { properties } from './description';
import { builderHint, usableAsTool } from './description/forModels';
import { hints } from './description/hints';
import { systemClock } from './http/wait';
import type { Clock } from './http/wait';
import { plan } from './input/plan';
import { Journal } from './journal';
import { Deliverer } from './output/deliver';
import { withProgress } from './output/progress';
import { logSpending, report } from './output/report';

/**
 * Takes all items through plan, submit and deliver.
 *
 * @returns how long requests waited for the rate limit, in ms
 */
async function processItems(
	context: IExecuteFunctions,
	{ batch, journal, clock }: { batch: Batch; journal: Journal; clock: Clock },
): Promise<number> {
	const client = await ApiClient.open(context, clock);
	const plans = await plan(context, batch, { isMiniMax: client.isMiniMax });
	const submitter = new Submitter(client, journal);
	const deliverer = new Deliverer(context, plans, {
		stopped: batch.stopped,
		api: new URL(client.baseUrl),
		readWords: (words) => readWords(words, client.redact),
		clock,
	});
	const running = batch.run(plans, {
		submit: async (one) => await submitter.submit(one, batch.waiting),
		deliver: async (one, answer) => await deliverer.deliver(one, answer),
	});
	const total = context.getInputData().length;
	await withProgress(context.logger, () => ({ done: batch.done, total }), running);
	return client.waitedForLimit.totalMs;
}

/** Resolves when the execution is stopped. The signal is for this alone, since Node.js warns when many listen to one. */
const whenStopped = async (stopped: AbortSignal): Promise<number> =>
	await new Promise((resolve) => {
		if (stopped.aborted) resolve(0);
		else stopped.addEventListener('abort', () => resolve(0), { once: true });
	});

/**
 * What the node does: makes the images that its input items ask for, and reports to n8n.
 *
 * @param clock for waits between tries and for the rate limit; tests bring a faster one
 */
export async function makeImages(
	context: IExecuteFunctions,
	clock: Clock,
): Promise<INodeExecutionData[][]> {
	// Engines before n8n 2 cannot stop in the middle of a node.
	const stopped = context.getExecutionCancelSignal?.() ?? new AbortController().signal;
	const batch = new Batch(stopped, !context.continueOnFail());
	const journal = new Journal(context);
	try {
		const running = processItems(context, { batch, journal, clock }).catch((error: unknown) => {
			// The credential cannot be used, for example. What is paid for already stays.
			batch.failOthers(context.getInputData().length, error);
			return 0;
		});
		// n8n stores a production run as it is when it is stopped: with an error, and with what a retry goes on from, only
		// if the node ends at once. Requests on their way finish without it. Of a manual run n8n keeps nothing to retry,
		// so the node ends when all of its links are known.
		const waitedMs =
			context.getMode() === 'manual'
				? await running
				: await Promise.race([running, whenStopped(AbortSignal.any([stopped]))]);
		if (stopped.aborted) void running.then(() => logSpending(context, journal));
		return await report(context, { batch, journal, waitedMs });
	} finally {
		journal.close();
	}
}

/** MiniMax Image: images from a prompt, or from a prompt and reference images. */
export class MiniMaxImage implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'MiniMax Image',
		name: 'miniMaxImage',
		icon: {
			light: 'file:../../icons/minimaxImage.svg',
			dark: 'file:../../icons/minimaxImage.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ $parameter["operation"] === "imageToImage" ? "Image to Image" : "Text to Image" }}',
		description:
			'Text to image, and image to image of the person in a portrait: one prompt or a whole table. Returns files and links. Each image is charged.',
		defaults: { name: 'MiniMax Image' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool,
		builderHint,
		hints,
		credentials: [{ name: 'miniMaxImageApi', required: true }],
		properties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await makeImages(this, systemClock);
	}
}
