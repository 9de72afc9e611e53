import type { WriteStream } from 'node:tty';

import type { OnProgress } from './install';

const CLEAR_LINE = '\r\u001b[2K';
const QUIET_MS = 10_000;

/** A line that is written over and over on a terminal, and one now and then elsewhere. */
export class ProgressLine {
	private shown = '';

	private shownAt = 0;

	constructor(private readonly output: WriteStream = process.stdout) {}

	/** Says what is being done now. */
	readonly show: OnProgress = (doing) => {
		if (this.output.isTTY) {
			this.output.write(`${CLEAR_LINE}${doing} …`);
			this.shown = doing;
			return;
		}
		const kind = doing.replace(/\d+/g, '');
		if (kind === this.shown && Date.now() - this.shownAt < QUIET_MS) return;
		this.output.write(`${doing} …\n`);
		this.shown = kind;
		this.shownAt = Date.now();
	};

	/** Takes the line away again. */
	end(): void {
		if (this.output.isTTY && this.shown) this.output.write(CLEAR_LINE);
		this.shown = '';
	}
}
