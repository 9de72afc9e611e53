import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import sharp from 'sharp';

import { startSandbox } from '../sandbox';
import type { Sandbox } from '../sandbox';
import type { RunningN8n } from './host/n8n';
import type { N8nRest, SavedWorkflow } from './host/rest';
import { createSandboxCredential } from './support/instance';
import {
	callWebhook,
	executionsOf,
	imageNode,
	outputOf,
	publish,
	QueueMode,
	startedBy,
	webhookNode,
} from './support/queue';
import type { Worker } from './support/queue';
import { until } from './support/until';

const SLOW_MS = 180_000;
const PICTURES = Array.from({ length: 12 }, (_, index) => `picture ${index + 1}`);
const BATCH = 'batch';
const SINGLE = 'single';
/** A worker that ends one second after it was asked to, and n8n's two for its last words. */
const HASTY = {
	N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '1',
	// Names the links of what is paid for.
	N8N_LOG_LEVEL: 'debug',
};

let queue: QueueMode | undefined;
let main: RunningN8n;
let rest: N8nRest;
let sandbox: Sandbox | undefined;
let batch: SavedWorkflow;
let single: SavedWorkflow;

function opened(): { queue: QueueMode; sandbox: Sandbox } {
	if (queue && sandbox) return { queue, sandbox };
	throw new Error('The tests have not been set up');
}

beforeAll(async () => {
	queue = await QueueMode.open({
		// Files that can be looked at whatever became of the execution.
		N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
		// How soon another worker notices that one is gone; by default it takes one to two minutes.
		QUEUE_WORKER_LOCK_DURATION: '10000',
		QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
		QUEUE_WORKER_STALLED_INTERVAL: '2000',
	});
	sandbox = await startSandbox();
	({ n8n: main, rest } = await queue.startMain());
	const credential = await createSandboxCredential(rest, sandbox);
	batch = await publish(rest, BATCH, [
		webhookNode(BATCH, { responseMode: 'onReceived' }),
		{
			id: 'split',
			name: 'Split Out',
			type: 'n8n-nodes-base.splitOut',
			typeVersion: 1,
			position: [0, 0],
			parameters: { fieldToSplitOut: 'body.prompts', options: { destinationFieldName: 'prompt' } },
		},
		imageNode(credential, '={{ $json.prompt }}', { maxConcurrency: 2, requestsPerMinute: 0 }),
	]);
	single = await publish(rest, SINGLE, [
		webhookNode(SINGLE, { responseMode: 'lastNode', responseData: 'firstEntryBinary' }),
		imageNode(credential, '={{ $json.body.prompt }}', { requestsPerMinute: 0 }),
	]);
}, SLOW_MS);
afterAll(async () => {
	await queue?.close();
	await sandbox?.close();
}, SLOW_MS);
beforeEach(() => opened().sandbox.reset());

/** Starts the batch of twelve, and returns the ID of its execution once it has sent something. */
async function startBatch(): Promise<string> {
	const known = new Set((await rest.executions(batch.id)).map(({ id }) => id));
	const { status } = await callWebhook(main, BATCH, { prompts: PICTURES });
	expect(status).toBe(200);
	await until('the batch is on its way', () => opened().sandbox.requests.length > 0);
	const latest = await until('the execution is there', async () =>
		(await rest.executions(batch.id)).find(({ id }) => !known.has(id)),
	);
	return latest.id;
}

async function expectWholeImage(bytes: Buffer): Promise<void> {
	// Decodes every pixel, so a file that is cut off does not pass.
	const { info } = await sharp(bytes, { failOn: 'warning' })
		.raw()
		.toBuffer({ resolveWithObject: true });
	expect([info.width, info.height]).toEqual([512, 512]);
}

/** The file behind a link, as the sandbox has it. */
async function fetched(link: string): Promise<Buffer> {
	const response = await fetch(link);
	expect(response.status).toBe(200);
	return Buffer.from(await response.arrayBuffer());
}

/** n8n is usable: a call is answered with an image, which is paid for once. */
async function expectUsable(prompt: string): Promise<void> {
	const { sandbox } = opened();
	const before = sandbox.requests.length;
	const response = await callWebhook(main, SINGLE, { prompt });
	expect(response.status).toBe(200);
	await expectWholeImage(Buffer.from(await response.arrayBuffer()));
	expect(sandbox.requests.slice(before).map(({ body }) => body.prompt)).toEqual([prompt]);
	const [latest] = (await executionsOf(rest, single)).slice(-1);
	expect(latest?.status).toBe('success');
}

/** Paths of what an execution has on n8n's disk, a file that is still being written included. */
async function storedFiles(executionId: string): Promise<string[]> {
	const storage = join(opened().queue.userFolder, '.n8n/storage');
	const names = await readdir(storage, { recursive: true });
	const place = new RegExp(`executions/${executionId}/binary_data/[^/]+$`);
	return names
		.filter((name) => place.test(name) && !name.endsWith('.metadata'))
		.map((name) => join(storage, name));
}

/** Waits until n8n has stored so many files of an execution. It writes under another name first. */
async function untilStored(executionId: string, count: number): Promise<void> {
	await until(`${count} files are stored`, async () => {
		const files = await storedFiles(executionId);
		return files.length === count && !files.some((file) => file.includes('.tmp.'));
	});
}

/** The worker that runs an execution. */
async function runnerOf(executionId: string, workers: Worker[]): Promise<Worker> {
	const runners: Worker[] = [];
	await until('a worker says that it runs the batch', async () => {
		for (const worker of workers) {
			if ((await startedBy(worker)).includes(executionId)) runners.push(worker);
		}
		return runners.length > 0;
	});
	const [runner] = runners;
	if (!runner || runners.length > 1) throw new Error('More than one worker runs the batch');
	return runner;
}

/**
 * The service makes four images, and from the fifth on charges without an answer: the requests are under way for as
 * long as the worker lives, so the batch stands still with six images paid for.
 */
async function startBatchThatStops(): Promise<string> {
	const { sandbox } = opened();
	const made = PICTURES.slice(0, 4);
	sandbox.always(({ body }) => (made.includes(String(body.prompt)) ? undefined : { hang: true }));
	const id = await startBatch();
	await until('six images are paid for', () => sandbox.paidImages === 6);
	await until('four images are fetched', () => sandbox.imageRequests.length === 4);
	return id;
}

/**
 * What n8n makes of an execution whose worker is gone: an error without any item, and no second run. Files that were
 * stored before stay on the disk, whole, until n8n removes the execution. n8n ends the process without telling the
 * node, so that only the debug log names the links of what is paid for.
 */
async function expectGivenUp(id: string, worker: Worker, stored: number): Promise<void> {
	const { sandbox } = opened();
	await until('the batch is given up', async () =>
		(await rest.executions(batch.id)).some((one) => one.id === id && one.status === 'error'),
	);
	const { data } = await rest.finished(id);
	expect(data.resultData.error?.message).toContain('failed to be processed too many times');
	expect(data.resultData.runData).toEqual({});

	// What comes after these is of another execution.
	const links = sandbox.imageRequests.slice(0, 4).map(({ path }) => path);
	const made = await Promise.all(links.map((path) => fetched(`${sandbox.imageUrl}${path}`)));
	const files = await storedFiles(id);
	expect(files).toHaveLength(stored);
	for (const file of files) {
		const bytes = await readFile(file);
		await expectWholeImage(bytes);
		expect(made.filter((image) => image.equals(bytes))).toHaveLength(1);
	}
	const words = await readFile(worker.log, 'utf8');
	expect(links.filter((link) => !words.includes(link))).toEqual([]);
}

describe('a worker ends in the middle of a batch', () => {
	let workers: Worker[];

	test(
		'asked to, with time enough, it finishes: all images arrive, and each is paid for once',
		async () => {
			const { queue, sandbox } = opened();
			const worker = await queue.startWorker({ name: 'first' });
			sandbox.latencyMs = 900;
			const id = await startBatch();
			await until('four images are paid for', () => sandbox.paidImages >= 4);
			worker.signal('SIGTERM');
			expect(sandbox.paidImages).toBeLessThan(PICTURES.length);

			expect(await worker.ended).toBe(0);
			const execution = await rest.finished(id);
			expect(execution.status).toBe('success');
			const items = outputOf(execution);
			expect(items.map(({ json, pairedItem }) => [json.prompt, pairedItem])).toEqual(
				PICTURES.map((prompt, item) => [prompt, { item }]),
			);
			expect(sandbox.requests.map(({ body }) => body.prompt).sort()).toEqual([...PICTURES].sort());
			expect(sandbox.paidImages).toBe(PICTURES.length);
			expect(sandbox.imageRequests).toHaveLength(PICTURES.length);
			for (const { json, binary } of items) {
				const bytes = await rest.binary(binary?.data?.id ?? '');
				await expectWholeImage(bytes);
				expect(bytes).toEqual(await fetched(String(json.imageUrl)));
			}
		},
		SLOW_MS,
	);

	test(
		'the next execution is run by a new worker',
		async () => {
			const { queue } = opened();
			workers = await Promise.all(
				['second', 'third'].map((name) => queue.startWorker({ name, env: HASTY })),
			);

			await expectUsable('after a worker that finished');
		},
		SLOW_MS,
	);

	test(
		'asked to, with too little time, it takes the batch along: nothing is sent again, nothing is cut off',
		async () => {
			const { sandbox } = opened();
			// The fourth image is being fetched when the worker ends.
			sandbox.scriptImages(undefined, undefined, undefined, { stall: true });
			const id = await startBatchThatStops();
			await untilStored(id, 3);
			const worker = await runnerOf(id, workers);
			worker.signal('SIGTERM');

			expect(await worker.ended).toBe(1);
			sandbox.always(undefined);
			// n8n needs a while to notice; the other worker goes on meanwhile.
			await expectUsable('after a worker that ran out of time');
			await expectGivenUp(id, worker, 3);
			// Six of the batch are paid for: three stored, one half fetched, two under way.
			expect(sandbox.requests).toHaveLength(6 + 1);
			expect(sandbox.paidImages).toBe(6 + 1);
			workers = workers.filter((one) => one !== worker);
			expect(await Promise.all(workers.map(startedBy))).not.toContainEqual(
				expect.arrayContaining([id]),
			);
		},
		SLOW_MS,
	);

	test(
		'killed, and started again, it does not take the batch up: nothing is sent again, nothing is cut off',
		async () => {
			const { queue, sandbox } = opened();
			const id = await startBatchThatStops();
			await untilStored(id, 4);
			const worker = await runnerOf(id, workers);
			worker.signal('SIGKILL');

			expect(await worker.ended).toBe('SIGKILL');
			sandbox.always(undefined);
			await queue.startWorker({ name: worker.name, env: HASTY });
			await expectUsable('after a worker that was killed');
			await expectGivenUp(id, worker, 4);
			// Six of the batch are paid for: four stored, two under way.
			expect(sandbox.requests).toHaveLength(6 + 1);
			expect(sandbox.paidImages).toBe(6 + 1);
		},
		SLOW_MS,
	);
});
