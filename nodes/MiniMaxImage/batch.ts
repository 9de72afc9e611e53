import type { IExecuteFunctions } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { toNodeError } from './errors';
import type { PaidImages } from './errors';
import { ImageGenerator } from './generate';
import type { ItemResult, Plan } from './generate';
import { Slots } from './http/concurrency';

/** All items of one execution: checked first, then sent in their order, then delivered. */
export class Batch {
	private readonly results: ItemResult[] = [];

	/** Aborted at the first failure, where the batch is to stop there. */
	private readonly halted = new AbortController();

	/** Ends waiting: the execution was stopped, or an item failed. */
	private readonly waiting: AbortSignal;

	private generator: ImageGenerator | undefined;

	/**
	 * @param stopped aborted when the execution is stopped
	 * @param stopAtFirstError whether a failed item keeps further requests from starting
	 */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly stopped: AbortSignal,
		private readonly stopAtFirstError: boolean,
	) {
		this.waiting = AbortSignal.any([stopped, this.halted.signal]);
	}

	/** Images that the batch has paid for so far. */
	get paid(): PaidImages {
		return this.generator?.paid ?? { links: [], inline: 0 };
	}

	/** What became of each item; items that were never sent are absent. Rejects never. */
	async run(): Promise<readonly ItemResult[]> {
		const indexes = this.context.getInputData().map((_, index) => index);
		try {
			this.generator = await ImageGenerator.open(this.context, this.stopped);
			const plans = await this.planAll(this.generator, indexes);
			await this.sendAll(this.generator, plans);
		} catch (error) {
			for (const index of indexes) this.fail(index, error);
		}
		return this.results;
	}

	private settle(itemIndex: number, result: ItemResult): void {
		this.results[itemIndex] = result;
		if (result.errors.length > 0 && this.stopAtFirstError) this.halted.abort();
	}

	private fail(itemIndex: number, error: unknown): undefined {
		const errors = [toNodeError(this.context.getNode(), error, itemIndex)];
		this.settle(itemIndex, { items: [], errors, missing: 0, blocked: 0 });
	}

	/** Checks every item before the first request, so that a bad one is found before anything costs. */
	private async planAll(generator: ImageGenerator, indexes: number[]): Promise<Plan[]> {
		const plans: Plan[] = [];
		for (const index of indexes) {
			await generator.plan(index).then(
				(plan) => plans.push(plan),
				(error: unknown) => this.fail(index, error),
			);
			if (this.waiting.aborted) return [];
		}
		return plans;
	}

	/** Sends requests in the order of the items; images are fetched while later requests run. */
	private async sendAll(generator: ImageGenerator, plans: Plan[]) {
		const slots = new Slots(plans[0]?.parameters.send.maxConcurrency ?? 1);
		await Promise.all(
			plans.map(async (plan) => {
				const failPlan = (error: unknown) => {
					// What was never sent because another item failed is no failure of its own.
					if (!this.waiting.aborted || error instanceof NodeApiError)
						this.fail(plan.itemIndex, error);
					return undefined;
				};
				// A failure is known before the slot is free, so that nothing starts after it.
				const sent = await slots.run(() => this.send(generator, plan).catch(failPlan));
				const result = await sent?.deliver().catch(failPlan);
				if (result) this.settle(plan.itemIndex, result);
			}),
		);
	}

	private async send(generator: ImageGenerator, plan: Plan) {
		if (this.waiting.aborted) return undefined;
		const sent = await generator.request(plan, this.waiting);
		if (!sent.inline) return sent;
		// Inline images are large, so the next request waits until n8n has stored them.
		this.settle(plan.itemIndex, await sent.deliver());
		return undefined;
	}
}
