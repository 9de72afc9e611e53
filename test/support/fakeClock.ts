import { setImmediate as settle } from 'node:timers/promises';

import type { Clock } from '../../nodes/MiniMaxImage/http/wait';

/** Time that passes only when a test says so. */
export class FakeClock implements Clock {
	private time = 0;

	private readonly timers = new Set<{ due: number; ring: () => void }>();

	readonly now = () => this.time;

	get pending(): number {
		return this.timers.size;
	}

	readonly sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
		signal.throwIfAborted();
		await new Promise<void>((resolve, reject) => {
			const cancel = () => {
				this.timers.delete(timer);
				reject(signal.reason as Error);
			};
			const ring = () => {
				signal.removeEventListener('abort', cancel);
				resolve();
			};
			const timer = { due: this.time + ms, ring };
			signal.addEventListener('abort', cancel, { once: true });
			this.timers.add(timer);
		});
	};

	/** Rings all timers that fall due, in their order, and lets everything settle in between. */
	async advance(ms: number): Promise<void> {
		const end = this.time + ms;
		for (;;) {
			await settle();
			const [next] = [...this.timers].sort((a, b) => a.due - b.due);
			if (!next || next.due > end) break;
			this.timers.delete(next);
			this.time = Math.max(this.time, next.due);
			next.ring();
		}
		this.time = end;
	}
}
