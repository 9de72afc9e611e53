import type { PaidAnswer } from './api/submit';
import { Semaphore } from './http/semaphore';
import { HALTED } from './http/wait';
import type { Plan } from './input/plan';
import { ItemError } from './itemError';
import type { ItemResult } from './output/deliver';

/** The two stages that a planned item goes through here. */
export interface Stages {
	submit: (plan: Plan) => Promise<PaidAnswer>;
	/** "gone": an earlier try paid for the images, and their links no longer work. */
	deliver: (plan: Plan, answer: PaidAnswer) => Promise<ItemResult | 'gone'>;
}

/** What came of one input item. */
export interface SettledItem {
	result: ItemResult;
	/** What kept the item from having a result at all. */
	error?: unknown;
}

const NOTHING: ItemResult = { items: [], errors: [], missing: 0, blocked: 0 };

/** All items of one execution: what became of them, and the order in which they go through the stages. */
export class Batch {
	/** By item; items that were never sent are absent. */
	readonly settled: SettledItem[] = [];

	/** The answers that were paid for, by item, known before their images are fetched. */
	readonly answers: PaidAnswer[] = [];

	/** Aborted at the first failed item, where the batch is to stop there. */
	private readonly halted = new AbortController();

	/** Ends waiting: the execution was stopped, or an item failed. */
	readonly waiting: AbortSignal;

	/**
	 * @param stopped aborted when the execution is stopped
	 * @param stopAtFirstError whether a failed item keeps further requests from starting
	 */
	constructor(
		readonly stopped: AbortSignal,
		private readonly stopAtFirstError: boolean,
	) {
		this.waiting = AbortSignal.any([stopped, this.halted.signal]);
	}

	/** How many items are through, with a result or without. */
	get done(): number {
		// The list has holes where items are not, which flat() skips.
		return this.settled.flat().length;
	}

	/** Notes why an item has no result. */
	fail(itemIndex: number, error: unknown): void {
		this.settle(itemIndex, { result: NOTHING, error });
	}

	/** Notes why all items without a result have none. */
	failOthers(total: number, error: unknown): void {
		for (let itemIndex = 0; itemIndex < total; itemIndex++) {
			if (!this.settled[itemIndex]) this.fail(itemIndex, error);
		}
	}

	/**
	 * Takes the items through submit and deliver. Requests start in the order of the items; images are fetched while
	 * later requests run. Rejects never.
	 */
	async run(plans: readonly Plan[], stages: Stages): Promise<void> {
		const inFlight = new Semaphore(plans[0]?.parameters.send.maxConcurrency ?? 1);
		await Promise.all(plans.map(async (plan) => await this.process(plan, stages, inFlight)));
	}

	private async process(plan: Plan, stages: Stages, inFlight: Semaphore): Promise<void> {
		const deliver = await inFlight.run(async () => await this.submit(plan, stages));
		if ((await deliver?.()) === 'gone') await this.process(plan, stages, inFlight);
	}

	private settle(itemIndex: number, item: SettledItem): void {
		this.settled[itemIndex] = item;
		const failed = item.error !== undefined || item.result.errors.length > 0;
		if (failed && this.stopAtFirstError) this.halted.abort(HALTED);
	}

	/** A failed item is known before the next request may start, so that nothing starts after it. */
	private async submit(plan: Plan, { submit, deliver }: Stages) {
		if (this.waiting.aborted) return undefined;
		const answer = await submit(plan).catch((error: unknown) => this.failSent(plan, error));
		if (!answer) return undefined;
		this.answers[plan.itemIndex] = answer;
		const finish = async () => {
			const result = await deliver(plan, answer).catch((error: unknown) =>
				this.failSent(plan, error),
			);
			if (result && result !== 'gone') this.settle(plan.itemIndex, { result });
			return result;
		};
		if (!answer.images.some((image) => 'base64' in image)) return finish;
		// Inline images are large, so the next request waits until n8n has stored them.
		await finish();
		return undefined;
	}

	/** What was never sent because another item failed has not failed itself. */
	private failSent({ itemIndex }: Plan, error: unknown): undefined {
		if (!this.waiting.aborted || error instanceof ItemError) this.fail(itemIndex, error);
	}
}
