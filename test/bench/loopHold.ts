import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import type { LoadedTypes } from '../support/engine';

const RESOLUTION_MS = 1;
/** Long enough for the monitor to have looked at least once. */
const LOOK_MS = 5 * RESOLUTION_MS;

/**
 * Does the work, and measures the longest time in which the event loop served nobody else.
 *
 * By Node's own monitor, which looks once in each turn of the loop: a timer in JavaScript may look several times in a
 * turn, and a chain of setImmediate never lets the process rest, which slows what is measured. As it sees only what
 * lies between two looks, the work starts after one and is followed by another: a hold at its very start or end
 * counts too.
 *
 * What comes out is wall time: pauses of the garbage collector count, as they do for whoever waits, and so does what
 * else keeps the processor busy. An idle loop gives 1 to 2 ms.
 */
export async function longestHold<T>(
	work: () => Promise<T>,
): Promise<{ result: T; heldMs: number }> {
	const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
	monitor.enable();
	try {
		await sleep(LOOK_MS);
		const result = await work();
		await sleep(LOOK_MS);
		return { result, heldMs: monitor.max / 1e6 };
	} finally {
		monitor.disable();
	}
}

/**
 * Watches the event loop whenever one of the nodes executes from now on, and only then: what the engine does before
 * and after is not the node's.
 *
 * @returns the longest hold so far, in ms
 */
export function watchLoop({ nodes }: LoadedTypes): () => number {
	let longestMs = 0;
	for (const node of Object.values(nodes)) {
		const original = node.execute;
		if (!original) continue;
		node.execute = async function (...args) {
			const { result, heldMs } = await longestHold(async () => await original.apply(this, args));
			longestMs = Math.max(longestMs, heldMs);
			return result;
		};
	}
	return () => longestMs;
}
