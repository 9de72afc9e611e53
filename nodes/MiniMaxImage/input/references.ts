import type { IExecuteFunctions } from 'n8n-workflow';

import { Breather } from '../http/breather';
import { invalidInput } from '../itemError';
import { digestOf } from '../journal';
import { checkReference, locate } from './referenceFiles';
import type { Reference } from './referenceFiles';
import type { ReferenceSource } from './types';

/** What the API gets: a link as it is, or a data URL whose type is the one that the bytes show. */
async function toImageFile({ read, what }: Reference): Promise<string> {
	const image = await read();
	if (typeof image === 'string') return image;
	return `data:${checkReference(image, what)};base64,${image.toString('base64')}`;
}

/** What the images of one request may have together, of which each may have 10 MB; they go out in one body. */
const MAX_TOTAL_BYTES = 40 * 1024 * 1024;

const tooManyBytes = () =>
	invalidInput(
		'The reference images of one item have more than 40 MB together',
		'Give fewer or smaller ones, or hand them over as links with "Input Type" set to Image URL. One portrait is enough.',
	);

/** An image that passed: its digest, or the link, and how much of it is sent. */
interface Checked {
	digest: string;
	bytes: number;
}

interface Shared {
	imageFile: Promise<string>;
	users: number;
}

/**
 * Loads reference images for one execution. Items in flight together that use the same image share one
 * encoded copy, which is dropped with its last user.
 */
export class References {
	private readonly inUse = new Map<string, Shared>();

	/** The images that passed, by key: read once for each, since a file may be large. */
	private readonly checked = new Map<string, Checked>();

	/** Settles when the item before has its references. */
	private loading = Promise.resolve();

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly breather = new Breather(),
	) {}

	/**
	 * Checks the references of an item without keeping them, so that bad ones are refused before anything is sent.
	 *
	 * @returns the digest of each image, or its link
	 * @throws ItemError that says what is wrong with which field
	 */
	async check(itemIndex: number, source: ReferenceSource | undefined): Promise<string[]> {
		if (!source) return [];
		const digests: string[] = [];
		let bytes = 0;
		for (const reference of locate(this.context, itemIndex, source)) {
			const checked = this.checked.get(reference.key) ?? (await this.checkOne(reference));
			this.checked.set(reference.key, checked);
			digests.push(checked.digest);
			bytes += checked.bytes;
			if (bytes > MAX_TOTAL_BYTES) throw tooManyBytes();
			await this.breather.breathe();
		}
		return digests;
	}

	private async checkOne({ read, what }: Reference): Promise<Checked> {
		const image = await read();
		if (typeof image === 'string') return { digest: image, bytes: 0 };
		checkReference(image, what);
		return { digest: digestOf(image), bytes: image.length };
	}

	/**
	 * Runs `use` with the links or data URLs of an item's references; none without a source. Items are served in the
	 * order they come, so that one with a large file is not overtaken by those after it; and large files are encoded one
	 * at a time, with other work in between.
	 */
	async with<T>(
		itemIndex: number,
		source: ReferenceSource | undefined,
		use: (imageFiles: string[]) => Promise<T>,
	): Promise<T> {
		const before = this.loading;
		let loaded = (): void => undefined;
		this.loading = new Promise<void>((resolve) => (loaded = resolve));
		await before;
		await this.breather.breathe();
		const held: string[] = [];
		try {
			const files: string[] = [];
			for (const reference of source ? locate(this.context, itemIndex, source) : []) {
				held.push(reference.key);
				files.push(await this.acquire(reference));
				await this.breather.breathe();
			}
			const used = use(files);
			loaded();
			return await used;
		} finally {
			loaded();
			for (const key of held) this.release(key);
		}
	}

	private async acquire(reference: Reference): Promise<string> {
		const shared = this.inUse.get(reference.key) ?? { imageFile: toImageFile(reference), users: 0 };
		shared.users += 1;
		this.inUse.set(reference.key, shared);
		return await shared.imageFile;
	}

	private release(key: string): void {
		const shared = this.inUse.get(key);
		if (shared && --shared.users === 0) this.inUse.delete(key);
	}
}
