import type { IExecuteFunctions } from 'n8n-workflow';

import { MiniMaxImage, makeImages } from '../../nodes/MiniMaxImage/MiniMaxImage.node';
import { systemClock } from '../../nodes/MiniMaxImage/http/wait';
import type { Clock } from '../../nodes/MiniMaxImage/http/wait';

/** How many times as fast the waits of the node pass: a backoff of a second takes 50 ms. */
export const SPEED = 20;

const startedAt = Date.now();

/** Real time, but faster: for waits between tries and for the rate limit. Requests and their time-outs keep real time. */
export const fastClock: Clock = {
	now: () => startedAt + (Date.now() - startedAt) * SPEED,
	sleep: async (ms, signal) => await systemClock.sleep(ms / SPEED, signal),
};

/** The node as n8n runs it, on a clock that does not let tests wait. */
export class FastMiniMaxImage extends MiniMaxImage {
	override async execute(this: IExecuteFunctions) {
		return await makeImages(this, fastClock);
	}
}
