import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const SAMPLE_MS = 5;
const MB = 1024 * 1024;

/** What a task has cost this process, the stand-in included, which runs in it too. */
export interface Cost<T> {
	result: T;
	/** Most memory beyond that of before, in MB: resident, and of the heap with its buffers. */
	peakMb: number;
	/** Longest time that the event loop was held at a time. */
	holdMs: number;
	tookMs: number;
}

const memory = () => {
	const { rss, heapUsed, external } = process.memoryUsage();
	return { resident: rss, used: heapUsed + external };
};

/** What earlier tests have left goes in several rounds. */
async function settleMemory(): Promise<void> {
	for (let round = 0; round < 3; round++) {
		collectGarbage();
		await nextTurn();
	}
}

/** Runs a task, and measures memory and event loop while it runs. */
export async function measured<T>(task: () => Promise<T>): Promise<Cost<T>> {
	await settleMemory();
	const before = memory();
	let peak = 0;
	const sample = () => {
		const { resident, used } = memory();
		peak = Math.max(peak, resident - before.resident, used - before.used);
	};
	const sampling = setInterval(sample, SAMPLE_MS);
	const delay = monitorEventLoopDelay({ resolution: SAMPLE_MS });
	delay.enable();
	const startedAt = performance.now();
	try {
		const result = await task();
		sample();
		return {
			result,
			peakMb: peak / MB,
			holdMs: delay.max / 1e6,
			tookMs: performance.now() - startedAt,
		};
	} finally {
		delay.disable();
		clearInterval(sampling);
	}
}
