/** Measures how long at least one of many tasks was waiting: what a run would have been shorter by. */
export class Stopwatch {
	private waiting = 0;

	private since = 0;

	private elapsedMs = 0;

	/** @param now ms since the epoch; tests bring their own */
	constructor(private readonly now: () => number = Date.now) {}

	get totalMs(): number {
		return this.elapsedMs + (this.waiting > 0 ? this.now() - this.since : 0);
	}

	/** Measures a task from its start to its end. */
	async during<T>(task: Promise<T>): Promise<T> {
		if (this.waiting++ === 0) this.since = this.now();
		try {
			return await task;
		} finally {
			if (--this.waiting === 0) this.elapsedMs += this.now() - this.since;
		}
	}
}
