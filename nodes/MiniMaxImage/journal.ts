import { createHash } from 'node:crypto';

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { Purchase, sumUp } from './purchase';
import type { JournalEntry, JournalStore, Spending } from './purchase';
import { runsAsTool } from './runsAsTool';

/** Where the entries are in the node's context, which n8n stores with the execution. */
const CONTEXT_FIELD = 'purchases';

const DIGEST_CHARACTERS = 22;

/** What this process knows beside the entries, gone with the object that n8n keeps them in. */
interface ProcessMemory {
	filesInMemory: JournalStore['filesInMemory'];
	/** Keys that a run works on now: an agent may call its tool twice at once with the same words. */
	inUse: Set<string>;
}

const memories = new WeakMap<object, ProcessMemory>();

/** A digest of any text, short enough for a journal and long enough to be unique. */
export const digestOf = (text: string | Buffer): string =>
	createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_CHARACTERS);

/** The entries that n8n keeps over the tries of an execution; new ones where an engine keeps no context. */
function entriesIn(context: IExecuteFunctions): Record<string, JournalEntry> {
	try {
		const own: IDataObject = context.getContext('node');
		own[CONTEXT_FIELD] ??= {};
		return own[CONTEXT_FIELD] as unknown as Record<string, JournalEntry>;
	} catch {
		return {};
	}
}

/** Which round of a loop this is. An engine that cannot tell keeps no context either. */
function runIndexOf(context: IExecuteFunctions): string {
	try {
		return String(context.getWorkflowDataProxy(0).$runIndex);
	} catch {
		return '';
	}
}

/**
 * What one run of the node has sent and paid for, kept in the execution: over the tries of "Retry On Fail", and over
 * "Retry execution". Another execution, another round of a loop and another node find nothing here.
 */
export class Journal {
	private readonly store: JournalStore;

	private readonly inUse: Set<string>;

	private readonly ownKeys = new Set<string>();

	/** Begins every key of this run. An agent's calls each have a new run index, so it is left out for them. */
	private readonly run: string;

	constructor(context: IExecuteFunctions) {
		const entries = entriesIn(context);
		const memory = memories.get(entries) ?? { filesInMemory: new Map(), inUse: new Set() };
		memories.set(entries, memory);
		this.inUse = memory.inUse;
		this.store = {
			entries,
			filesInMemory: memory.filesInMemory,
			execution: context.getExecutionId(),
		};
		this.run = runsAsTool(context.getNode()) ? 'tool' : runIndexOf(context);
	}

	/** What is known of a request of an item. Calls with the same request at the same time get one each. */
	purchase(itemIndex: number, digest: string): Purchase {
		const wanted = `${this.run}:${itemIndex}:${digest}`;
		let key = wanted;
		for (let number = 2; this.inUse.has(key) && !this.ownKeys.has(key); number++) {
			key = `${wanted}:${number}`;
		}
		this.inUse.add(key);
		this.ownKeys.add(key);
		return new Purchase(this.store, key);
	}

	/**
	 * What this run has paid for, over all its tries and in the order of the items. n8n tries a node again although its
	 * execution was stopped meanwhile, and such a try sends nothing and knows nothing but this.
	 */
	get spending(): Spending {
		const entries = Object.entries(this.store.entries)
			.map(([key, entry]) => ({ parts: key.split(':'), entry }))
			.filter(({ parts: [run] }) => run === this.run)
			.sort(({ parts: [, one] }, { parts: [, other] }) => Number(one) - Number(other))
			.map(({ entry }) => entry);
		return sumUp(entries, this.store.execution);
	}

	/** Forgets all of this run: n8n does not run the same items again in this execution. */
	clear(): void {
		for (const key of this.ownKeys) new Purchase(this.store, key).forget();
	}

	/** Ends the run, whatever came of it: its keys are free for another one. */
	close(): void {
		for (const key of this.ownKeys) this.inUse.delete(key);
	}
}
