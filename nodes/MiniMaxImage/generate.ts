import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { refusing, toNodeApiError } from './errors';
import type { ErrorDetails, NodeError, PaidImages } from './errors';
import { FileNames } from './fileNames';
import { ApiClient, CREDENTIAL, MAX_ANSWER_MB } from './http/client';
import { Slots } from './http/concurrency';
import { Downloader, MAX_DOWNLOAD_MB } from './http/download';
import type { Use } from './http/download';
import { describeFile, identifyImage, readPixelSize } from './imageFormat';
import { toItems } from './items';
import type { OutputImage, RequestFacts } from './items';
import { readParameters } from './parameters';
import { References } from './references';
import { toWireRequest } from './request';
import { readAnswer } from './response';
import type { Failure, GeneratedImages, ItemParameters, Outcome, WireImage } from './types';

const IMAGE_GENERATION = '/v1/image_generation';

/** Images fetched at a time. */
const MAX_DOWNLOADS = 8;

/** Bytes of images held in memory at a time, until n8n has stored them; a larger image is held alone. */
const MAX_HELD_BYTES = 8 * 1024 * 1024;

const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;

/** What became of one input item. */
export interface ItemResult {
	items: INodeExecutionData[];
	errors: NodeError[];
	/** Images that were asked for and not made. */
	missing: number;
	/** Of those, blocked for content safety. */
	blocked: number;
}

/** An input item that passed all checks. */
export interface Plan {
	itemIndex: number;
	parameters: ItemParameters;
	/** One name an image where the user chose a name; absent where it is made from the request id. */
	fileNames?: string[];
}

/** An answered request whose images are still to be handed over. */
export interface Sent {
	/** Whether the images are in memory already. */
	inline: boolean;
	/** Fetches and stores the images. What goes wrong with one of them is in the result. */
	deliver: () => Promise<ItemResult>;
}

/** Makes the images of one execution, item by item. */
export class ImageGenerator {
	/** Links of the images that each item has paid for, known as soon as the answer is there. */
	private readonly links: string[][] = [];

	/** Images that came inline, and so have no link. */
	private inline = 0;

	private readonly fileNames = new FileNames();

	private readonly references: References;

	private readonly downloads = new Slots(MAX_DOWNLOADS);

	private readonly memory = new Slots(MAX_HELD_BYTES);

	private readonly downloader: Downloader;

	private constructor(
		private readonly context: IExecuteFunctions,
		private readonly client: ApiClient,
		stop: AbortSignal,
	) {
		this.references = new References(context);
		this.downloader = new Downloader(context, stop, this.memory);
	}

	/**
	 * @param stop aborted when the execution is stopped
	 * @throws Error in plain words when the credential cannot be used
	 */
	static async open(context: IExecuteFunctions, stop: AbortSignal): Promise<ImageGenerator> {
		const credentials = await context.getCredentials(CREDENTIAL);
		return new ImageGenerator(context, new ApiClient(context, credentials), stop);
	}

	/** Images that this execution has paid for so far, links in the order of the items. */
	get paid(): PaidImages {
		return { links: this.links.flat(), inline: this.inline };
	}

	/**
	 * Checks everything about an item that can be checked before anything is sent.
	 *
	 * @throws NodeOperationError that names field, value, what is allowed and the item
	 */
	async plan(itemIndex: number): Promise<Plan> {
		const parameters = await readParameters(this.context, itemIndex);
		await refusing(this.context, itemIndex, () =>
			this.references.check(itemIndex, parameters.references),
		);
		const { fileName } = parameters.output;
		const fileNames =
			fileName === undefined ? undefined : this.fileNames.take(fileName, parameters.request.count);
		return { itemIndex, parameters, fileNames };
	}

	/**
	 * Sends the request of an item.
	 *
	 * @param halt ends waiting before the request is on its way
	 * @throws NodeApiError when there are no images; the signal's reason when waiting is ended
	 */
	async request(plan: Plan, halt: AbortSignal): Promise<Sent> {
		const { itemIndex, parameters } = plan;
		const outcome = await this.send(plan, halt);
		if (!outcome.ok) throw this.toError(plan, outcome.failure);
		const { images, requestId } = outcome.value;
		const links = images.flatMap((image) => ('url' in image ? [image.url] : []));
		this.links[itemIndex] = links;
		// The one trace of them when n8n is ended before the node is.
		this.context.logger.debug('MiniMax made images', { itemIndex, requestId, links });
		this.inline += images.filter((image) => 'base64' in image).length;
		const facts = { itemIndex, parameters, answer: outcome.value, answeredAt: Date.now() };
		return {
			inline: images.some((image) => 'base64' in image),
			deliver: () => this.deliver(plan, facts),
		};
	}

	private async send(plan: Plan, halt: AbortSignal): Promise<Outcome<GeneratedImages>> {
		const { itemIndex, parameters } = plan;
		return await this.references.with(itemIndex, parameters.references, (imageFiles) =>
			this.client.post(
				IMAGE_GENERATION,
				toWireRequest(parameters.request, imageFiles),
				readAnswer,
				parameters.send,
				halt,
			),
		);
	}

	private async deliver(plan: Plan, facts: RequestFacts): Promise<ItemResult> {
		const { answer, parameters } = facts;
		const names = this.namesFor(plan, answer);
		const images: OutputImage[] = [];
		const errors: NodeError[] = [];
		await Promise.all(
			answer.images.map(async (image, index) => {
				const outcome = await this.toOutputImage(image, index, parameters, names[index]);
				if (outcome.ok) images[index] = outcome.value;
				else errors[index] = this.toImageError(plan, facts, index, outcome.failure);
			}),
		);
		return {
			// Both lists have holes where the other has an entry.
			items: toItems(facts, images.filter(Boolean)),
			errors: errors.filter(Boolean),
			missing: Math.max(0, parameters.request.count - answer.images.length),
			blocked: answer.failedCount,
		};
	}

	/** A name for each image; the service may send more images than were asked for. */
	private namesFor({ fileNames = [], parameters }: Plan, answer: GeneratedImages): string[] {
		const more = answer.images.length - fileNames.length;
		const wanted = parameters.output.fileName ?? `minimax-${answer.requestId}`;
		return more > 0 ? [...fileNames, ...this.fileNames.take(wanted, more)] : fileNames;
	}

	private async toOutputImage(
		image: WireImage,
		index: number,
		{ output, send }: ItemParameters,
		name = '',
	): Promise<Outcome<OutputImage>> {
		const imageIndex = index + 1;
		const imageUrl = 'url' in image ? image.url : undefined;
		if (!output.downloadImages) return { ok: true, value: { imageIndex, imageUrl } };
		const use = (bytes: Buffer) => this.toFile(bytes, name);
		const outcome =
			'url' in image
				? await this.downloads.run(() => this.downloader.fetch(image.url, send, use))
				: await this.memory.run(() => decode(image, use), image.base64.length);
		return outcome.ok ? { ok: true, value: { imageIndex, imageUrl, ...outcome.value } } : outcome;
	}

	/** Checks what came by its bytes, and has n8n store it. */
	private async toFile(
		bytes: Buffer,
		name: string,
	): Promise<Outcome<Pick<OutputImage, 'size' | 'file'>>> {
		const format = identifyImage(bytes);
		if (!format) {
			return { ok: false, failure: { code: 'notAnImage', detail: `It is ${describeFile(bytes)}` } };
		}
		const fileName = `${name}.${format.extension}`;
		try {
			const { helpers } = this.context;
			const file = await helpers.prepareBinaryData(bytes, fileName, format.mimeType);
			return { ok: true, value: { size: readPixelSize(bytes), file } };
		} catch (error) {
			return { ok: false, failure: { code: 'notStored', detail: (error as Error).message } };
		}
	}

	private toImageError(plan: Plan, facts: RequestFacts, index: number, failure: Failure) {
		const { requestId, images } = facts.answer;
		const image = images[index];
		return this.toError(
			plan,
			{ ...failure, traceId: failure.traceId ?? requestId },
			{
				subject: `Image ${index + 1} of ${images.length}`,
				imageUrl: image && 'url' in image ? image.url : undefined,
			},
		);
	}

	private toError({ itemIndex, parameters }: Plan, failure: Failure, more?: Partial<ErrorDetails>) {
		const { apiKey, credentials } = this.client;
		return toNodeApiError(this.context.getNode(), failure, {
			itemIndex,
			apiKey,
			region: credentials.region,
			timeoutMs: parameters.send.timeoutMs,
			limitMb: failure.code === 'answerTooLarge' ? MAX_ANSWER_MB : MAX_DOWNLOAD_MB,
			...more,
		});
	}
}

async function decode<T>({ base64 }: { base64: string }, use: Use<T>): Promise<Outcome<T>> {
	const text = base64.replace(/^data:[^,]*,/, '');
	const outcome = await use(BASE64.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0));
	if (outcome.ok || outcome.failure.code !== 'notAnImage') return outcome;
	return { ok: false, failure: { ...outcome.failure, code: 'badBase64' } };
}
