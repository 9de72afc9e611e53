import type { GeneratedImage, GeneratedImages } from './api/answer';
import type { Failure } from './http/outcome';
import type { OutcomeKind } from './http/retryPolicy';
import type { StoredImage } from './output/imageFiles';

/** Links stop working after 24 hours (API reference, `response_format`). */
export const LINK_LIFE_MS = 24 * 60 * 60 * 1000;

/** Links are not counted on for the last of that time, in which they still have to be fetched. */
const LINK_MARGIN_MS = 15 * 60 * 1000;

/** How often one execution may send a request of unclear outcome: a second result may be a second charge. */
const UNCLEAR_SENDS = 2;

/** An image that came inline: the file, or the code of why there is none. */
export type KeptImage = StoredImage | { lost: string };

/** What the journal keeps of one request: plain JSON, no image and no key. */
export interface JournalEntry {
	/** Id of the execution that sent it last. */
	execution: string;
	/** ms since the epoch. */
	sentAt: number;
	/** How often this execution sent it without learning what became of it. */
	unclear: number;
	/** Whether it is on its way, or was when the run ended. */
	pending?: boolean;
	/** Whether an earlier execution sent it without learning what became of it. */
	unclearBefore?: boolean;
	/** Whether images that came inline were lost with an earlier execution. */
	lostInline?: boolean;
	/** Why it was not sent again, once it must not be. */
	spent?: Pick<Failure, 'code' | 'detail' | 'traceId'>;
	answer?: {
		requestId: string;
		links: string[];
		/** Which of them were fetched, by their place: only of those is it known that they once worked. */
		fetched?: number[];
		/** How many images came inline. */
		inline?: number;
		/** Images that came inline, where n8n keeps them. */
		files?: KeptImage[];
		successCount: number;
		failedCount: number;
		/** ms since the epoch. */
		answeredAt: number;
	};
}

/** Where the entries of all requests are, and what this process alone can keep. */
export interface JournalStore {
	entries: Record<string, JournalEntry>;
	/** Files that n8n keeps in memory, by key: gone with the process. */
	filesInMemory: Map<string, KeptImage[]>;
	execution: string;
}

/** What a run has paid for, over all its tries. */
export interface Spending {
	links: string[];
	/** Images without a link, since they came inside the answer. */
	inline: number;
	/** Requests that were sent without anybody knowing what became of them. */
	unknown: number;
	/** Requests that are on their way. */
	pending: number;
}

/** Adds up what the entries of a run tell. */
export function sumUp(entries: readonly JournalEntry[], execution: string): Spending {
	const answers = entries.flatMap(({ answer }) => answer ?? []);
	const open = entries.filter((entry) => !entry.answer && entry.execution === execution);
	const isUnknown = ({ pending, unclear, spent }: JournalEntry) =>
		!pending && (unclear > 0 || spent !== undefined);
	return {
		links: answers.flatMap(({ links }) => links.filter((link) => link !== NO_LINK)),
		inline: answers.reduce((sum, { inline = 0 }) => sum + inline, 0),
		unknown: open.filter(isUnknown).length,
		pending: open.filter(({ pending }) => pending).length,
	};
}

/** Whether n8n keeps a file outside of its item, so that a reference to it is enough. */
const isReference = (image: KeptImage) => 'lost' in image || image.file.id !== undefined;

/** Stands for what came in the place of a link. */
const NO_LINK = '';

const toImage = (link: string): GeneratedImage =>
	link === NO_LINK
		? { failure: { code: 'badLink', detail: 'the same as in an earlier try' } }
		: { url: link };

/** What could not be kept then cannot be had now either: it came inline. */
const toKept = (image: KeptImage): GeneratedImage =>
	'lost' in image
		? { failure: { code: image.lost, detail: 'in an earlier try' } }
		: { stored: image };

/** One request: what is known of it from earlier tries, and what becomes of it now. */
export class Purchase {
	constructor(
		private readonly store: JournalStore,
		private readonly key: string,
	) {
		const { entry } = this;
		if (!entry) return;
		if (entry.pending) entry.unclear += 1;
		delete entry.pending;
		if (entry.execution !== store.execution) this.carryOver(entry);
	}

	/** What another execution has noted: its count begins anew, and its files are gone with it. */
	private carryOver(entry: JournalEntry): void {
		entry.execution = this.store.execution;
		entry.unclearBefore ||= entry.unclear > 0 || entry.spent !== undefined;
		entry.unclear = 0;
		delete entry.spent;
		if (!entry.answer?.files) return;
		entry.lostInline = true;
		delete entry.answer;
	}

	/** Whether images that came inside the answer of an earlier execution are lost, so that they are bought again. */
	get lostInline(): boolean {
		return this.entry?.lostInline === true;
	}

	private get entry(): JournalEntry | undefined {
		return this.store.entries[this.key];
	}

	/**
	 * The answer of an earlier try, if its images can still be had.
	 *
	 * @param now ms since the epoch
	 */
	recall(now: number): (GeneratedImages & { answeredAt: number }) | undefined {
		const answer = this.entry?.answer;
		if (!answer) return undefined;
		const { links, files, requestId, successCount, failedCount, answeredAt } = answer;
		const rest = { requestId, successCount, failedCount, answeredAt };
		if (files) {
			const kept = this.store.filesInMemory.get(this.key) ?? files;
			const images = kept.map(toKept);
			return images.length > 0 ? { ...rest, images } : undefined;
		}
		const isAlive = now < answer.answeredAt + LINK_LIFE_MS - LINK_MARGIN_MS;
		return isAlive ? { ...rest, images: links.map(toImage) } : undefined;
	}

	/** Whether a link, by its place, worked at an earlier time. */
	wasFetched(index: number): boolean {
		return this.entry?.answer?.fetched?.includes(index) === true;
	}

	/** Whether an earlier send ended without anybody knowing what became of it. */
	get wasUnclear(): boolean {
		return (
			this.entry !== undefined && (this.entry.unclear > 0 || this.entry.unclearBefore === true)
		);
	}

	/** Why the request must not be sent in this execution any more. */
	get spent(): Failure | undefined {
		return this.entry?.spent;
	}

	/** Notes that the request goes out now. */
	sent(now: number): void {
		const { unclear = 0, unclearBefore, lostInline } = this.entry ?? {};
		this.store.entries[this.key] = {
			execution: this.store.execution,
			sentAt: now,
			unclear,
			...(unclearBefore && { unclearBefore }),
			...(lostInline && { lostInline }),
			pending: true,
		};
	}

	/**
	 * Notes that the request brought no result.
	 *
	 * @returns whether it may be sent again where that is unclear
	 */
	failed(kind: OutcomeKind, { code, detail, traceId }: Failure, maxRetries: number): boolean {
		const { entry } = this;
		if (!entry) return false;
		delete entry.pending;
		if (kind === 'unclear' || kind === 'probablyMade') {
			entry.unclear += 1;
			const allowed = entry.unclearBefore || maxRetries === 0 ? 1 : UNCLEAR_SENDS;
			if (kind === 'unclear' && entry.unclear < allowed) return true;
			entry.spent = { code, ...(detail && { detail }), ...(traceId && { traceId }) };
		} else if (!this.wasUnclear) this.forget();
		return false;
	}

	/** Notes the answer, so that it is not paid for again. */
	answered({ requestId, images, successCount, failedCount }: GeneratedImages, now: number): void {
		const { entry } = this;
		if (!entry) return;
		delete entry.pending;
		const links = images.flatMap((image) =>
			'url' in image ? [image.url] : 'failure' in image ? [NO_LINK] : [],
		);
		const inline = images.length - links.length;
		entry.answer = {
			requestId,
			links,
			...(inline > 0 && { inline, files: [] }),
			successCount,
			failedCount,
			answeredAt: now,
		};
	}

	/** Notes where n8n keeps the images of an answer that has no links. */
	stored(files: KeptImage[]): void {
		const answer = this.entry?.answer;
		if (!answer?.files) return;
		if (files.every(isReference)) answer.files = files;
		else this.store.filesInMemory.set(this.key, files);
	}

	/** Notes which links worked, by their places. */
	fetched(indexes: readonly number[]): void {
		const answer = this.entry?.answer;
		if (!answer || answer.files || indexes.length === 0) return;
		answer.fetched = [...new Set([...(answer.fetched ?? []), ...indexes])];
	}

	/** Takes the request out of the journal: nothing of it can be had. */
	forget(): void {
		// The key is a digest, and the entries are JSON.
		Reflect.deleteProperty(this.store.entries, this.key);
		this.store.filesInMemory.delete(this.key);
	}
}
