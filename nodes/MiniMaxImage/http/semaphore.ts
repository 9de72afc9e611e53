interface Waiter {
	weight: number;
	resume: () => void;
}

/** Lets tasks run as long as their weights add up to no more than `size`, in the order they came. */
export class Semaphore {
	private free: number;

	private readonly waiting: Waiter[] = [];

	constructor(private readonly size: number) {
		this.free = size;
	}

	/** Runs a task as soon as there is room. One that weighs more than everything runs alone. */
	async run<T>(task: () => Promise<T>, wanted = 1): Promise<T> {
		const weight = Math.min(wanted, this.size);
		if (this.waiting.length === 0 && weight <= this.free) this.free -= weight;
		else await new Promise<void>((resume) => this.waiting.push({ weight, resume }));
		try {
			return await task();
		} finally {
			this.free += weight;
			this.resumeNext();
		}
	}

	/** Room goes straight to those in line, so that none can be overtaken. */
	private resumeNext(): void {
		for (let next = this.waiting[0]; next && next.weight <= this.free; next = this.waiting[0]) {
			this.waiting.shift();
			this.free -= next.weight;
			next.resume();
		}
	}
}
