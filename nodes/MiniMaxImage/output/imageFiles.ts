import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import type { GeneratedImage } from '../api/answer';
import { Base64Text } from '../http/base64Text';
import { BufferPool } from '../http/bufferPool';
import { Downloader } from '../http/download';
import { MAX_DOWNLOAD_BYTES } from '../http/fetchFile';
import type { Outcome } from '../http/outcome';
import { Semaphore } from '../http/semaphore';
import type { Clock } from '../http/wait';
import type { SendSettings } from '../http/sendSettings';
import { describeFile, identifyImage } from '../images/format';
import { readPixelSize } from '../images/pixelSize';
import type { PixelSize } from '../images/pixelSize';
import { isWhole } from '../images/whole';
import { isWorthRetrying } from './downloadCodes';

/** Images fetched at a time. */
const MAX_DOWNLOADS = 8;

/** Bytes of images held in memory at a time, until n8n has stored them; a larger image is held alone. */
const MAX_HELD_BYTES = 8 * 1024 * 1024;

/** An image that n8n has stored. */
export interface StoredImage {
	file: IBinaryData;
	/** px, absent where the bytes do not tell. */
	size?: PixelSize;
	/** The address that the image was fetched from. */
	imageUrl?: string;
}

/** Turns the images of answers into files that n8n keeps, few at a time. */
export class ImageFiles {
	private readonly downloads = new Semaphore(MAX_DOWNLOADS);

	private readonly memory = new Semaphore(MAX_HELD_BYTES);

	/** Memory for images that came inline. */
	private readonly buffers = new BufferPool(Infinity);

	private readonly downloader: Downloader;

	/**
	 * @param signal aborted when the execution is stopped
	 * @param api Base URL of the API
	 */
	constructor(
		private readonly context: IExecuteFunctions,
		{ signal, api, clock }: { signal: AbortSignal; api: URL; clock: Clock },
	) {
		const { memory } = this;
		this.downloader = new Downloader(context, { signal, memory, isWorthRetrying, api, clock });
	}

	/**
	 * Fetches or decodes an image, and has n8n store it.
	 *
	 * @param name file name without extension
	 * @throws the signal's reason when the execution is stopped while waiting
	 */
	async store(
		image: Exclude<GeneratedImage, { failure: unknown }>,
		send: SendSettings,
		name: string,
	): Promise<Outcome<StoredImage>> {
		if ('stored' in image) return { ok: true, value: image.stored };
		const use = (bytes: Buffer) => this.keep(bytes, name);
		if ('base64' in image) {
			return await this.memory.run(() => this.decode(image, use), image.base64.length);
		}
		const outcome = await this.downloads.run(() => this.downloader.fetch(image.url, send, use));
		if (!outcome.ok) return outcome;
		const { value, url } = outcome.value;
		return { ok: true, value: { ...value, imageUrl: url } };
	}

	/** Decodes an image that came inline, and lets its text go. */
	private async decode<T>(
		{ base64 }: { base64: string | Base64Text },
		use: (bytes: Buffer) => Promise<Outcome<T>>,
	): Promise<Outcome<T>> {
		const text = typeof base64 === 'string' ? Base64Text.of(base64) : base64;
		if (text.length > MAX_DOWNLOAD_BYTES) {
			text.release();
			return { ok: false, failure: { code: 'tooLarge' } };
		}
		let block: Buffer | undefined;
		try {
			const bytes = text.bytes((length) => {
				block = this.buffers.take(length);
				return block.subarray(0, length);
			});
			const outcome = await use(bytes ?? Buffer.alloc(0));
			if (outcome.ok || outcome.failure.code !== 'notAnImage') return outcome;
			return { ok: false, failure: { ...outcome.failure, code: 'badBase64' } };
		} finally {
			if (block) this.buffers.giveBack(block);
			text.release();
		}
	}

	/** Checks what came by its bytes, and has n8n store it. */
	private async keep(bytes: Buffer, name: string): Promise<Outcome<StoredImage>> {
		const format = identifyImage(bytes);
		if (!format) {
			return { ok: false, failure: { code: 'notAnImage', detail: `It is ${describeFile(bytes)}` } };
		}
		if (!isWhole(bytes)) {
			const detail = `It is ${describeFile(bytes)} that ends after ${bytes.length} bytes`;
			return { ok: false, failure: { code: 'cut', detail } };
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
}
