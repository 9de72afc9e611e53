import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const SAMPLE_MS = 5;
const MB = 1024 * 1024;

/**
 * What no bounded task takes in tests, whenever garbage is collected, and unbounded ones do. Exact figures are for the
 * benchmark, and for unit tests of the leases.
 */
export const CATASTROPHE_MB = 1_000;

/** What a task has cost this process, the stand-in included, which runs in it too. */
export interface Cost<T> {
	result: T;
	/** Most memory beyond that of before, in MB: resident, and of the heap with its buffers. */
	peakMb: number;
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

/** Runs a task, and measures its memory and time. */
export async function measured<T>(task: () => Promise<T>): Promise<Cost<T>> {
	await settleMemory();
	const before = memory();
	let peak = 0;
	const sample = () => {
		const { resident, used } = memory();
		peak = Math.max(peak, resident - before.resident, used - before.used);
	};
	const sampling = setInterval(sample, SAMPLE_MS);
	const startedAt = performance.now();
	try {
		const result = await task();
		sample();
		return {
			result,
			peakMb: peak / MB,
			tookMs: performance.now() - startedAt,
		};
	} finally {
		clearInterval(sampling);
	}
}
