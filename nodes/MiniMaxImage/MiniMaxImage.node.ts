import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';

import { properties } from './description';
import { addPaidLinks, toNodeError } from './errors';
import type { NodeError } from './errors';
import { ImageGenerator } from './generate';
import type { ItemResult, Plan } from './generate';
import { hintsFor } from './hints';
import { Slots } from './http/concurrency';
import { toErrorItem } from './items';
import { readMaxConcurrency } from './parameters';

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
		description: 'Make images from a prompt, or from a prompt and a portrait, with MiniMax',
		defaults: { name: 'MiniMax Image' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'miniMaxImageApi', required: true }],
		properties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const indexes = this.getInputData().map((_, index) => index);
		const goesOn = this.continueOnFail();
		const stopped = this.getExecutionCancelSignal?.() ?? new AbortController().signal;
		const halted = new AbortController();
		const results: ItemResult[] = [];

		const fail = (itemIndex: number, error: unknown) => {
			results[itemIndex] = failed(toNodeError(this.getNode(), error, itemIndex));
			if (!goesOn) halted.abort();
		};

		/** Checks every item before the first request, so that a bad one is found before anything costs. */
		const planAll = async (generator: ImageGenerator): Promise<Plan[]> => {
			const plans: Plan[] = [];
			for (const index of indexes) {
				if (halted.signal.aborted) return [];
				await generator.plan(index).then(
					(plan) => plans.push(plan),
					(error: unknown) => fail(index, error),
				);
			}
			return halted.signal.aborted ? [] : plans;
		};

		/** Sends requests in the order of the items; images are fetched while later requests run. */
		const sendAll = async (generator: ImageGenerator, plans: Plan[], concurrency: number) => {
			const slots = new Slots(concurrency);
			const waiting = AbortSignal.any([stopped, halted.signal]);
			const deliveries = plans.map((plan) =>
				slots
					.run(async () => {
						waiting.throwIfAborted();
						return { deliver: await generator.request(plan, waiting) };
					})
					.then(async ({ deliver }) => {
						const result = await deliver();
						results[plan.itemIndex] = result;
						if (result.errors.length > 0 && !goesOn) halted.abort();
					})
					.catch((error: unknown) => {
						// What was never sent because another item failed is no failure of its own.
						if (!waiting.aborted) fail(plan.itemIndex, error);
					}),
			);
			await Promise.all(deliveries);
		};

		let generator: ImageGenerator | undefined;
		try {
			generator = await ImageGenerator.open(this, stopped);
			const concurrency = await readMaxConcurrency(this);
			await sendAll(generator, await planAll(generator), concurrency);
		} catch (error) {
			for (const index of indexes) fail(index, error);
		}

		const links = generator?.paidLinks ?? [];
		if (stopped.aborted) {
			throw addPaidLinks(
				new NodeOperationError(this.getNode(), 'The execution was canceled'),
				links,
			);
		}
		const firstError = results.find((result) => result && result.errors.length > 0)?.errors[0];
		if (firstError && !goesOn) throw addPaidLinks(firstError, links);

		// Engines before 1.x have no hints.
		this.addExecutionHints?.(...hintsFor(results));
		return [
			results.flatMap(({ items, errors }, index) => [
				...items,
				...errors.map((error) => toErrorItem(error, index)),
			]),
		];
	}
}

function failed(error: NodeError): ItemResult {
	return { items: [], errors: [error], missing: 0, blocked: 0 };
}
