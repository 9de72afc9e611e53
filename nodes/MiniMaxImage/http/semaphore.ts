interface Waiter {
	weight: number;
	resume: () => void;
}

/** Room that a task holds. It may grow while the task runs, as with a body whose size shows only while it is read. */
export class Lease {
	/** How much is held. */
	weight = 0;

	/** More, for which there is no room yet. */
	wanted: Waiter | undefined;

	constructor(private readonly semaphore: Semaphore) {}

	/** Takes more room; returns nothing where there is some, otherwise what to wait for. One growth at a time. */
	grow(weight: number): Promise<void> | undefined {
		return this.semaphore.grow(this, weight);
	}

	/** Takes what is waited for although there is no room. */
	insist(): void {
		this.semaphore.grant(this);
	}

	/** Gives some room back. */
	shrink(weight: number): void {
		this.semaphore.shrink(this, weight);
	}

	/** Gives all room back. */
	end(): void {
		this.semaphore.end(this);
	}
}

/**
 * Lets tasks run as long as their weights add up to no more than `size`, in the order they came. Only the oldest task
 * may grow beyond that, so that one always comes to its end, and no more than one task holds more than was allowed.
 */
export class Semaphore {
	private used = 0;

	private readonly waiting: Waiter[] = [];

	/** Those that run, the oldest first. */
	private readonly leases = new Set<Lease>();

	constructor(private readonly size: number) {}

	/** Runs a task as soon as there is room. One that weighs more than everything runs alone. */
	async run<T>(task: (lease: Lease) => Promise<T>, wanted = 1): Promise<T> {
		const weight = Math.min(wanted, this.size);
		if (this.waiting.length === 0 && this.used + weight <= this.size) this.used += weight;
		else await new Promise<void>((resume) => this.waiting.push({ weight, resume }));
		const lease = this.open();
		lease.weight = weight;
		try {
			return await task(lease);
		} finally {
			lease.end();
		}
	}

	/** A lease that weighs nothing yet, for a task that must not wait before it starts. Must be ended. */
	open(): Lease {
		const lease = new Lease(this);
		this.leases.add(lease);
		return lease;
	}

	/** Called by leases alone, as what follows. */
	grow(lease: Lease, weight: number): Promise<void> | undefined {
		if (!this.mayGrow(lease, weight)) {
			return new Promise((resume) => (lease.wanted = { weight, resume }));
		}
		lease.weight += weight;
		this.used += weight;
		return undefined;
	}

	grant(lease: Lease): void {
		const { wanted } = lease;
		if (!wanted) return;
		lease.wanted = undefined;
		lease.weight += wanted.weight;
		this.used += wanted.weight;
		wanted.resume();
	}

	shrink(lease: Lease, weight: number): void {
		const given = Math.min(weight, lease.weight);
		lease.weight -= given;
		this.used -= given;
		this.resumeNext();
	}

	end(lease: Lease): void {
		this.leases.delete(lease);
		this.grant(lease);
		this.shrink(lease, lease.weight);
	}

	private mayGrow(lease: Lease, weight: number): boolean {
		const [oldest] = this.leases;
		return lease === oldest || this.used + weight <= this.size;
	}

	/** Room goes first to those that run, then straight to those in line, so that none can be overtaken. */
	private resumeNext(): void {
		for (const lease of this.leases) {
			if (lease.wanted && this.mayGrow(lease, lease.wanted.weight)) this.grant(lease);
		}
		for (
			let next = this.waiting[0];
			next && this.used + next.weight <= this.size;
			next = this.waiting[0]
		) {
			this.waiting.shift();
			this.used += next.weight;
			next.resume();
		}
	}
}
