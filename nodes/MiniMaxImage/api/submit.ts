import { regionName } from '../../../credentials/regions';
import type { Failure } from '../http/outcome';
import type { Plan } from '../input/plan';
import { ItemError } from '../itemError';
import type { Journal } from '../journal';
import { digestOf } from '../journal';
import type { Purchase } from '../purchase';
import { readAnswer } from './answer';
import type { GeneratedImages } from './answer';
import type { ApiClient } from './client';
import { entryOf } from './codes';
import { Refusals } from './refusals';
import { toWireRequest } from './request';

const IMAGE_GENERATION = '/v1/image_generation';

/** What the words of an answer without images need to know. */
export interface RequestContext {
	/** The credential's region, its value. */
	region: unknown;
	/** Host and port of the API. */
	host: string;
	timeoutMs: number;
}

/** An answer whose images are paid for. */
export interface PaidAnswer extends GeneratedImages {
	/** ms since the epoch. */
	answeredAt: number;
	purchase: Purchase;
	/** Whether an earlier try paid for it. */
	recalled: boolean;
	/** Whether an earlier send of the same request may have been charged too. */
	maybeTwice: boolean;
}

/** Why there are no images, in the words that users read. */
export function toItemError(failure: Failure, request: RequestContext): ItemError {
	const { code, detail, traceId } = failure;
	const { message, remedy, remedyWithoutWords } = entryOf(code, {
		isOfService: failure.isOfService,
		isGateway: request.region === 'custom',
	});
	const fill = (words: string) =>
		words
			.replace('{region}', regionName(request.region))
			.replace('{host}', () => request.host)
			.replace('{timeout}', String(request.timeoutMs / 1000));
	return new ItemError(fill(message), {
		code,
		remedy: fill(detail ? remedy : (remedyWithoutWords ?? remedy)),
		detail,
		traceId,
	});
}

/** SUBMIT: sends the requests of planned items, unless an earlier try has paid for their images. */
export class Submitter {
	private readonly refusals = new Refusals();

	constructor(
		private readonly client: ApiClient,
		private readonly journal: Journal,
	) {}

	/**
	 * Sends the request of an item.
	 *
	 * @param waiting ends waiting before the request is on its way
	 * @throws ItemError when there are no images; the signal's reason when waiting is ended
	 */
	async submit(plan: Plan, waiting: AbortSignal): Promise<PaidAnswer> {
		const { parameters, itemIndex, withReferences } = plan;
		const { request, send } = parameters;
		const purchase = this.journal.purchase(itemIndex, this.digest(plan));
		const known = purchase.recall(Date.now());
		if (known) return { ...known, purchase, recalled: true, maybeTwice: false };
		if (purchase.spent) throw this.toError(purchase.spent, plan);

		const refused = this.refusals.signalFor(request.model);
		const post = async (imageFiles: string[]) => {
			const body = toWireRequest(request, imageFiles);
			const signal = AbortSignal.any([waiting, refused]);
			const order = { path: IMAGE_GENERATION, body, purchase };
			return await this.client.post(order, readAnswer, send, signal);
		};
		const outcome = await withReferences(post).catch((error: unknown) => {
			// Older versions of n8n throw an error of their own instead of the reason.
			refused.throwIfAborted();
			throw error as Error;
		});
		if (!outcome.ok) {
			const error = this.toError(outcome.failure, plan);
			this.refusals.note(request.model, error);
			throw error;
		}
		const now = Date.now();
		const maybeTwice = purchase.wasUnclear;
		purchase.answered(outcome.value, now);
		return { ...outcome.value, answeredAt: now, purchase, recalled: false, maybeTwice };
	}

	/** What makes two requests the same purchase: host, key, and all of the body. */
	private digest({ parameters, referenceDigests }: Plan): string {
		const { baseUrl, apiKey } = this.client;
		const body = toWireRequest(parameters.request, referenceDigests);
		return digestOf(JSON.stringify([baseUrl, digestOf(apiKey), body]));
	}

	private toError(failure: Failure, { parameters }: Plan): ItemError {
		const { credentials, host } = this.client;
		const { timeoutMs } = parameters.send;
		return toItemError(failure, { region: credentials.region, host, timeoutMs });
	}
}
