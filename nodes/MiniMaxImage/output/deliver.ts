import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { GeneratedImage } from '../api/answer';
import type { PaidAnswer } from '../api/submit';
import type { Failure, Outcome } from '../http/outcome';
import { parseUrl } from '../http/parseUrl';
import type { Clock } from '../http/wait';
import type { Plan } from '../input/plan';
import type { ItemParameters } from '../input/types';
import { ItemError } from '../itemError';
import type { KeptImage } from '../purchase';
import { downloadEntryOf, isGone, toDownloadFailure } from './downloadCodes';
import { FileNames, nameFromPrompt } from './fileNames';
import { ImageFiles } from './imageFiles';
import { toItems } from './items';
import type { OutputImage, RequestFacts } from './items';
import { linkEnd } from './linkLife';

/** What became of a request that was answered. */
export interface ItemResult {
	items: INodeExecutionData[];
	/** One for each image that could not be handed over. */
	errors: ItemError[];
	/** Images that were asked for and not made. */
	missing: number;
	/** Of those, blocked for content safety. */
	blocked: number;
}

/** What a deliverer needs besides n8n. */
export interface DelivererOptions {
	/** Aborted when the execution is stopped. */
	stopped: AbortSignal;
	/** Base URL of the API. */
	api: URL;
	/** Makes words of a service fit to be shown: without the key, on one line, cut. */
	readWords: (words: string) => string | undefined;
	clock: Clock;
}

/** What the journal keeps of an image that came inline. */
function toKept(outcome: Outcome<OutputImage>): KeptImage {
	if (!outcome.ok) return { lost: outcome.failure.code };
	const { file, size } = outcome.value;
	return file ? { file, ...(size && { size }) } : { lost: 'notStored' };
}

const urlOf = (image: GeneratedImage | undefined) =>
	image && 'url' in image ? image.url : undefined;

const hostOf = (url = '') => parseUrl(url)?.host ?? '';

/** The name that the user chose, or that the prompt gives; empty where neither gives one. */
const wantedName = ({ request, output }: ItemParameters): string =>
	output.fileName ?? nameFromPrompt(request.prompt);

/** DELIVER: turns the answers of one execution into items. */
export class Deliverer {
	private readonly fileNames = new FileNames();

	/** By item: one name an image; absent where neither the user nor the prompt gives one. */
	private readonly names: string[][] = [];

	private readonly files: ImageFiles;

	constructor(
		private readonly context: IExecuteFunctions,
		plans: readonly Plan[],
		private readonly options: DelivererOptions,
	) {
		const { stopped, api, clock } = options;
		this.files = new ImageFiles(context, { signal: stopped, api, clock });
		// Before anything arrives, so that equal names are numbered in the order of the items.
		for (const { itemIndex, parameters } of plans) {
			const wanted = wantedName(parameters);
			if (wanted === '') continue;
			this.names[itemIndex] = this.fileNames.take(wanted, parameters.request.count);
		}
	}

	/**
	 * Fetches and stores the images of an answer. What goes wrong with one of them is in the result.
	 *
	 * @returns "gone" where an earlier try paid for the images, and their links no longer work
	 */
	async deliver(plan: Plan, answer: PaidAnswer): Promise<ItemResult | 'gone'> {
		const { itemIndex, parameters } = plan;
		const facts: RequestFacts = {
			itemIndex,
			parameters,
			answer,
			columns: parameters.output.includeInputFields
				? this.context.getInputData()[itemIndex]?.json
				: undefined,
		};
		const { images: wanted, requestId, failedCount, purchase } = answer;
		const links = wanted.flatMap((image) => urlOf(image) ?? []);
		// The one trace of them when n8n is ended before the node is.
		if (!answer.recalled)
			this.context.logger.debug('MiniMax made images', { itemIndex, requestId, links });
		const names = this.namesFor(plan, answer);
		const outcomes = await Promise.all(
			wanted.map(
				async (image, index) => await this.toOutputImage(image, index, plan, names[index]),
			),
		);
		const isOver = outcomes.map((outcome, index) => this.isOver(outcome, index, answer));
		// Only where none of them can be had any more: an image that is still there must not be paid for again.
		if (!isOver.includes(false)) {
			purchase.forget();
			return 'gone';
		}
		this.note(outcomes, answer);
		const failures = outcomes.map((outcome, index) => {
			if (outcome.ok) return undefined;
			return isOver[index] ? { ...outcome.failure, code: 'linkExpired' } : outcome.failure;
		});
		const images = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
		return {
			...this.toResult(facts, images, failures),
			missing: Math.max(0, parameters.request.count - wanted.length),
			blocked: failedCount,
		};
	}

	/**
	 * Whether the link of an image worked once, and works no longer. A status alone does not tell: a proxy that lets
	 * nothing pass answers in the same way, and would have every try pay again.
	 */
	private isOver(outcome: Outcome<OutputImage>, index: number, answer: PaidAnswer): boolean {
		if (outcome.ok || !answer.recalled || !isGone(outcome.failure)) return false;
		const end = linkEnd(urlOf(answer.images[index]) ?? '') ?? Infinity;
		// Over when it came already, by a clock that is wrong: every try would pay again.
		const isOverByItself = end <= Date.now() && end > answer.answeredAt;
		return answer.purchase.wasFetched(index) || isOverByItself;
	}

	/** Notes in the journal what was had of an answer. */
	private note(outcomes: readonly Outcome<OutputImage>[], { images, purchase }: PaidAnswer): void {
		purchase.stored(outcomes.map(toKept));
		purchase.fetched(
			outcomes.flatMap((outcome, index) =>
				outcome.ok && outcome.value.file && urlOf(images[index]) !== undefined ? [index] : [],
			),
		);
	}

	/** The items of an answer. Whatever keeps them from being made, the links of its images are in the errors. */
	private toResult(
		facts: RequestFacts,
		images: readonly OutputImage[],
		failures: readonly (Failure | undefined)[],
	): Pick<ItemResult, 'items' | 'errors'> {
		const toErrors = (all: readonly (Failure | undefined)[]) =>
			all.flatMap((failure, index) =>
				failure ? [this.toImageError(facts, index, toDownloadFailure(failure))] : [],
			);
		try {
			return { items: toItems(facts, images), errors: toErrors(failures) };
		} catch (error) {
			const failure = { code: 'notStored', detail: (error as Error).message };
			return { items: [], errors: toErrors(facts.answer.images.map(() => failure)) };
		}
	}

	/** A name for each image; the service may send more images than were asked for. */
	private namesFor({ itemIndex, parameters }: Plan, answer: PaidAnswer): string[] {
		const names = this.names[itemIndex] ?? [];
		const more = answer.images.length - names.length;
		if (more <= 0) return names;
		const wanted = wantedName(parameters) || `minimax-${answer.requestId}`;
		return [...names, ...this.fileNames.take(wanted, more)];
	}

	private async toOutputImage(
		image: GeneratedImage,
		index: number,
		{ parameters: { output, send } }: Plan,
		name = '',
	): Promise<Outcome<OutputImage>> {
		const imageIndex = index + 1;
		const imageUrl = urlOf(image);
		if ('failure' in image) return { ok: false, failure: image.failure };
		if (!output.downloadImages) {
			// A gateway may send images inline all the same; their memory is others' again.
			if ('base64' in image && typeof image.base64 !== 'string') image.base64.release();
			return { ok: true, value: { imageIndex, imageUrl } };
		}
		const stored = await this.files.store(image, send, name);
		return stored.ok ? { ok: true, value: { imageIndex, imageUrl, ...stored.value } } : stored;
	}

	/** Why one image of an answer is missing from the output. */
	private toImageError({ answer, parameters }: RequestFacts, index: number, failure: Failure) {
		const { code, detail, traceId = answer.requestId } = failure;
		const { message, remedy } = downloadEntryOf(code);
		const imageUrl = urlOf(answer.images[index]);
		const what = message
			.replace('{host}', () => hostOf(imageUrl))
			.replace('{timeout}', String(parameters.send.timeoutMs / 1000));
		const which = answer.images.length > 1 ? `Image ${index + 1} of ${answer.images.length}: ` : '';
		return new ItemError(`${which}${what}`, {
			code,
			remedy,
			detail: detail && this.options.readWords(detail),
			traceId,
			imageUrl,
		});
	}
}
