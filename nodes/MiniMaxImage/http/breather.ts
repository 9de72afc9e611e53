import { sleep } from 'n8n-workflow';

/** How long our own work may hold the event loop, which n8n's editor and all other workflows share. */
const MAX_HOLD_MS = 20;

/** Keeps a long task from holding the event loop: by time, since some items take a thousand times as long as others. */
export class Breather {
	private heldSince = performance.now();

	/** Lets the event loop do other work, if the task has held it for long. Call it after each piece of work. */
	async breathe(): Promise<void> {
		if (performance.now() - this.heldSince < MAX_HOLD_MS) return;
		await sleep(0);
		this.heldSince = performance.now();
	}
}
