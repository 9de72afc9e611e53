import type { ImageFaultStep, SandboxOptions } from '../sandbox';
import type { BinaryStorage } from '../support/engine';

/**
 * Who does the work: this package, n8n's own MiniMax node, a node of bare calls of n8n's helpers, or bare undici as the
 * least possible.
 */
export type Subject = 'ours' | 'rival' | 'helpers' | 'floor';

/** One measurement in a process of its own. */
export interface Job {
	subject: Subject;
	/** Folder of the rival's unpacked files. */
	rivalFolder: string;
	api: ServerAddress;
	/** Items of each execution; several run at the same time on one key. */
	executions: number[];
	imagesPerItem: number;
	inFlight: number;
	requestsPerMinute: number;
	/** Whether images come inside of the answers. */
	inline?: boolean;
	/** Whether images stay where they are, and their links come out. */
	linksOnly?: boolean;
	/** Whether the time is measured that the journal takes. */
	timeJournal?: boolean;
	/** Whether the time is measured that the node holds the event loop. */
	watchLoop?: boolean;
	/** Size of a reference image that all items share; absent: text to image. */
	portraitBytes?: number;
	/** Whether each item has a reference image of its own. */
	ownPortraits?: boolean;
	/** Where n8n keeps files; absent: on disk. */
	storage?: BinaryStorage;
	/** Length of each item's prompt, which is refused for it while the run goes on; absent: prompts that are taken. */
	refusedCharacters?: number;
}

export interface Measurement {
	wallMs: number;
	/** User and system time of the process while it worked. */
	cpuMs: number;
	/** Most memory that the process ever held. */
	peakMb: number;
	images: number;
	/** Items that came out as errors. */
	refused: number;
	errors: number;
	/** What the journal took of it. */
	journalMs?: number;
	/** The longest time in which the event loop served nobody else while the node executed. */
	heldMs?: number;
}

export interface ServerAddress {
	url: string;
	key: string;
}

export interface ServerOrder {
	options: SandboxOptions;
	images?: Exclude<ImageFaultStep, (...args: never[]) => unknown>;
}

/** What the server saw. */
export interface ServerStats {
	paidImages: number;
	requests: number;
	/** Requests that it refused for the rate limit. */
	limited: number;
}
