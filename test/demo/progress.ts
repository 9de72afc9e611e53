import type { WriteStream } from 'node:tty';

const TICK_MS = 200;
const CLEAR_LINE = '\r\u001b[2K';

/** Writes numbers of things: "1 image", "2 images". */
export function counted(count: number, thing: string): string {
	return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** Writes a span of time: "1.2 s". */
export function inSeconds(ms: number): string {
	return `${(ms / 1000).toFixed(1)} s`;
}

/** Images so far of one workflow: a line that counts up on a terminal, a line for each image elsewhere. */
export class Progress {
	private images = 0;

	private readonly startedAt = Date.now();

	private readonly ticking: NodeJS.Timeout | undefined;

	constructor(
		private readonly planned: number,
		private readonly output: WriteStream = process.stdout,
	) {
		if (!output.isTTY) return;
		this.rewrite();
		this.ticking = setInterval(() => this.rewrite(), TICK_MS);
	}

	private get line(): string {
		const time = inSeconds(Date.now() - this.startedAt);
		return `    ${this.images} of ${counted(this.planned, 'image')} · ${time}`;
	}

	private rewrite(): void {
		this.output.write(`${CLEAR_LINE}${this.line}`);
	}

	/** Counts an image that has arrived. */
	add(): void {
		this.images += 1;
		if (this.output.isTTY) this.rewrite();
		else this.output.write(`${this.line}\n`);
	}

	/** Ends the line. */
	end(): void {
		clearInterval(this.ticking);
		if (this.output.isTTY) this.output.write(`${CLEAR_LINE}${this.line}\n`);
		else if (this.images === 0) this.output.write(`${this.line}\n`);
	}
}
