import { CHANGED, wait } from './wait';

/** Somebody whose time may be over. */
export interface Limited {
	/** ms on the clock of `performance.now()`; it may move. */
	readonly deadline: number;
	/** Called once, when the time is over. */
	end(): void;
}

/** Ends what takes too long, with one timer for all: one each is a good part of what a small body costs. */
class Deadlines {
	private readonly limited = new Set<Limited>();

	/** Ends waiting for `nextLook`. */
	private alarm: AbortController | undefined;

	private nextLook = Infinity;

	add(one: Limited): void {
		this.limited.add(one);
		if (one.deadline < this.nextLook) this.look();
	}

	/** Leaves no timer where nobody is left. */
	remove(one: Limited): void {
		this.limited.delete(one);
		if (this.limited.size > 0) return;
		this.alarm?.abort(CHANGED);
		this.alarm = undefined;
		this.nextLook = Infinity;
	}

	/** Ends those whose time is over, and looks again when that of the next is. */
	private look(): void {
		this.alarm?.abort(CHANGED);
		this.alarm = undefined;
		this.nextLook = Infinity;
		const now = performance.now();
		for (const one of this.limited) {
			if (one.deadline > now) this.nextLook = Math.min(this.nextLook, one.deadline);
			else {
				this.limited.delete(one);
				one.end();
			}
		}
		if (this.limited.size === 0) return;
		this.alarm = new AbortController();
		void wait(this.nextLook - now, this.alarm.signal).then(
			() => this.look(),
			// Aborted above.
			() => undefined,
		);
	}
}

/** Those of all bodies in this process. */
export const deadlines = new Deadlines();
