import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultQueue } from './faults';
import type { Fault, FaultStep, ImageFault, ImageFaultStep } from './faults';
import { Gauge, SlidingWindow } from './gauge';
import { LinkStore } from './links';
import { Renderer } from './render';
import type {
	Latency,
	RateLimit,
	RecordedImageRequest,
	RecordedRequest,
	Sandbox,
	SandboxOptions,
	SandboxSettings,
} from './types';

const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULTS: SandboxSettings = {
	limit: undefined,
	latencyMs: 0,
	badKeyAnswer: '2049',
	imageBytes: undefined,
	plain: false,
	linkHost: undefined,
	linkLifetimeMs: DAY_MS,
	recordBodies: 'full',
};

function settingsOf(options: SandboxOptions): SandboxSettings {
	const names = Object.keys(DEFAULTS);
	const given = Object.entries(options).filter(
		([name, value]) => names.includes(name) && value !== undefined,
	);
	return { ...DEFAULTS, ...Object.fromEntries(given) };
}

/** Everything a sandbox knows while it runs: what both of its servers share. */
export class SandboxState implements Omit<Sandbox, 'close'> {
	url = '';
	imageUrl = '';
	readonly key: string;

	limit: RateLimit | undefined;
	latencyMs: Latency = DEFAULTS.latencyMs;
	badKeyAnswer = DEFAULTS.badKeyAnswer;
	imageBytes: number | undefined;
	plain = DEFAULTS.plain;
	linkHost: string | undefined;
	linkLifetimeMs = DEFAULTS.linkLifetimeMs;
	recordBodies = DEFAULTS.recordBodies;

	requests: RecordedRequest[] = [];
	imageRequests: RecordedImageRequest[] = [];
	readonly violations: string[] = [];

	readonly calls = new Gauge();
	readonly downloads = new Gauge();
	readonly window = new SlidingWindow();
	readonly faults = new FaultQueue<RecordedRequest, Fault>();
	readonly imageFaults = new FaultQueue<RecordedImageRequest, ImageFault>();
	readonly links = new LinkStore(this);
	readonly renderer = new Renderer(this);
	private readonly ending = new AbortController();

	constructor(private readonly options: SandboxOptions) {
		this.key = options.key ?? 'sandbox-key-0001';
		Object.assign(this, settingsOf(options));
		// Every wait of every request listens to it.
		setMaxListeners(0, this.ending.signal);
	}

	get paidImages(): number {
		return this.requests.reduce((sum, { paidImages }) => sum + paidImages, 0);
	}

	get inFlight(): number {
		return this.calls.current;
	}

	get peakInFlight(): number {
		return this.calls.peak;
	}

	get cutOff(): number {
		return this.calls.cut;
	}

	get peakImageDownloads(): number {
		return this.downloads.peak;
	}

	script(...faults: FaultStep[]): void {
		this.faults.script(faults);
	}

	always(fault: FaultStep): void {
		this.faults.always(fault);
	}

	scriptImages(...faults: ImageFaultStep[]): void {
		this.imageFaults.script(faults);
	}

	alwaysImages(fault: ImageFaultStep): void {
		this.imageFaults.always(fault);
	}

	expireLinks(): void {
		this.links.expire();
	}

	reset(): void {
		Object.assign(this, settingsOf(this.options));
		this.limit = undefined;
		this.latencyMs = 0;
		// New arrays: what is still under way ends in the old records.
		this.requests = [];
		this.imageRequests = [];
		this.calls.clear();
		this.downloads.clear();
		this.window.clear();
		this.faults.clear();
		this.imageFaults.clear();
	}

	/** Waits, at most until the sandbox is closed: then it throws. */
	async wait(ms: number | undefined): Promise<void> {
		if (ms !== undefined && ms > 0) await sleep(ms, undefined, { signal: this.ending.signal });
	}

	/** Ends all waits, for good. */
	endWaits(): void {
		this.ending.abort();
	}
}
