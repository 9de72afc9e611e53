import type { ServerResponse } from 'node:http';
import type { RateLimit } from './types';

/** Counts what goes on at the same time. */
export class Gauge {
	current = 0;
	peak = 0;
	/** Requests whose connection ended before their answer was out. */
	cut = 0;

	/** Counts a request until it is answered, or its client is gone. */
	watch(response: ServerResponse): void {
		this.current++;
		this.peak = Math.max(this.peak, this.current);
		let over = false;
		const leave = () => {
			if (over) return;
			over = true;
			this.current--;
			if (!response.writableFinished) this.cut++;
		};
		// The client can be ahead of `close` with its next request, but never of `finish`.
		response.once('finish', leave);
		response.once('close', leave);
	}

	/** Forgets what is over, though not what still goes on. */
	clear(): void {
		this.peak = this.current;
		this.cut = 0;
	}
}

/** The arrivals of the requests that a rate limit counts. */
export class SlidingWindow {
	private arrivals: number[] = [];

	/** Counts a request, unless that would be over the limit. */
	admit(limit: RateLimit, at: number): boolean {
		this.arrivals = this.arrivals.filter((arrival) => arrival > at - limit.windowMs);
		if (this.arrivals.length >= limit.requests) return false;
		this.arrivals.push(at);
		return true;
	}

	/** Takes a request out again that was refused after all. */
	release(at: number): void {
		const index = this.arrivals.indexOf(at);
		if (index >= 0) this.arrivals.splice(index, 1);
	}

	clear(): void {
		this.arrivals = [];
	}
}
