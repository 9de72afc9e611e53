import type { ImageFaultStep, SandboxOptions } from '../sandbox';

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
	/** Whether the time is measured that the journal takes. */
	timeJournal?: boolean;
	/** Size of a reference image that all items share; absent: text to image. */
	portraitBytes?: number;
}

export interface Measurement {
	wallMs: number;
	/** User and system time of the process while it worked. */
	cpuMs: number;
	/** Most memory that the process ever held. */
	peakMb: number;
	images: number;
	errors: number;
	/** What the journal took of it. */
	journalMs?: number;
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
