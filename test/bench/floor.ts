import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { Agent, request } from 'undici';

import type { Job } from './types';

interface Answer {
	data: { image_urls: string[] };
}

/** The least work there is: POST, GET, write to disk, so many at a time, and nothing else. */
export async function runFloor({ api, executions, imagesPerItem, inFlight }: Job) {
	const folder = await mkdtemp(join(tmpdir(), 'minimax-image-floor-'));
	const dispatcher = new Agent();
	let left = executions.reduce((sum, items) => sum + items, 0);
	let images = 0;
	const work = async () => {
		while (left-- > 0) {
			const { body } = await request(`${api.url}/v1/image_generation`, {
				dispatcher,
				method: 'POST',
				headers: { authorization: `Bearer ${api.key}`, 'content-type': 'application/json' },
				body: JSON.stringify({ model: 'image-01', prompt: `floor ${left}`, n: imagesPerItem }),
			});
			const { data } = (await body.json()) as Answer;
			for (const url of data.image_urls) {
				const image = await request(url, { dispatcher });
				await pipeline(image.body, createWriteStream(join(folder, randomUUID())));
				images += 1;
			}
		}
	};
	await Promise.all(Array.from({ length: inFlight }, work));
	await dispatcher.close();
	await rm(folder, { recursive: true, force: true });
	return { images, refused: 0, errors: 0 };
}
