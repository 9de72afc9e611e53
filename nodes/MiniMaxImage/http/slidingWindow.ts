/** The window that the published limit counts over. */
export const WINDOW_MS = 60_000;

/** Requests take different times to arrive, so the service's minute may end a little later than ours. */
const MARGIN_MS = 500;

/** When the requests of the last minute started. Those that were refused are taken out, since they do not count. */
export class SlidingWindow {
	private readonly starts: number[] = [];

	/** How many started within the minute that ends now. */
	countAt(now: number): number {
		const oldest = now - WINDOW_MS - MARGIN_MS;
		const kept = this.starts.findIndex((start) => start > oldest);
		this.starts.splice(0, kept === -1 ? this.starts.length : kept);
		return this.starts.length;
	}

	add(start: number): void {
		this.starts.push(start);
	}

	remove(start: number): void {
		const place = this.starts.indexOf(start);
		if (place !== -1) this.starts.splice(place, 1);
	}

	/** When there is room for one more of `limit`, in ms from now; Infinity where the limit is 0. */
	roomInMs(limit: number, now: number): number {
		if (this.countAt(now) < limit) return 0;
		const blocking = this.starts[this.starts.length - limit];
		return blocking === undefined ? Infinity : blocking + WINDOW_MS + MARGIN_MS - now;
	}
}
