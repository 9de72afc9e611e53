/** Lets at most `size` tasks run at a time, in the order they came. */
export class Slots {
	private free: number;

	private readonly waiting: (() => void)[] = [];

	constructor(size: number) {
		this.free = size;
	}

	/** Runs a task as soon as a slot is free. */
	async run<T>(task: () => Promise<T>): Promise<T> {
		if (this.free > 0) this.free -= 1;
		else await new Promise<void>((resume) => this.waiting.push(resume));
		try {
			return await task();
		} finally {
			// The slot goes straight to the next in line, so that none can be overtaken.
			const next = this.waiting.shift();
			if (next) next();
			else this.free += 1;
		}
	}
}
