// One measurement in a process of its own, so that memory and time are those of the subject alone.
import { join } from 'node:path';

import type { INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import sharp from 'sharp';

import type { LoadedTypes } from '../support/engine';
import { TRIGGER, runWorkflow, storeFile, useBinaryStorage } from '../support/engine';
import { NODE_TYPE, loadPackage } from '../support/load';
import { runFloor } from './floor';
import { timeJournal } from './journalTime';
import { HELPERS_TYPE, withHelpers } from './helpers';
import { RIVAL_TYPE, loadRival } from './rival';
import type { Job, Measurement } from './types';

const ROOT = join(__dirname, '../..');

/** A picture of exactly so many bytes: a JPEG, and padding that decoders ignore. */
async function portrait(bytes: number): Promise<Buffer> {
	const picture = await sharp({
		create: { width: 1024, height: 1024, channels: 3, background: '#d0a080' },
	})
		.jpeg()
		.toBuffer();
	return Buffer.concat([picture, Buffer.alloc(bytes - picture.length)]);
}

function imageNode(job: Job): INode {
	const common = {
		id: 'image',
		name: 'Image',
		typeVersion: 1,
		position: [200, 0] as [number, number],
	};
	if (job.subject === 'rival') {
		return {
			...common,
			type: RIVAL_TYPE,
			credentials: { minimaxApi: { id: '1', name: 'Sandbox' } },
			parameters: {
				resource: 'image',
				operation: 'generate',
				prompt: '={{ $json.prompt }}',
				numberOfImages: job.imagesPerItem,
			},
		};
	}
	const credentials = { miniMaxImageApi: { id: '1', name: 'Sandbox' } };
	if (job.subject === 'helpers') {
		return {
			...common,
			type: HELPERS_TYPE,
			credentials,
			parameters: {
				prompt: '={{ $json.prompt }}',
				images: job.imagesPerItem,
				inFlight: job.inFlight,
				url: `${job.api.url}/v1/image_generation`,
			},
		};
	}
	const parameters: INodeParameters = {
		operation: job.portraitBytes ? 'imageToImage' : 'textToImage',
		prompt: '={{ $json.prompt }}',
		numberOfImages: job.imagesPerItem,
		options: {
			requestsPerMinute: job.requestsPerMinute,
			maxConcurrency: job.inFlight,
			...(job.inline && { transfer: 'base64' }),
		},
	};
	return {
		...common,
		type: NODE_TYPE,
		credentials,
		parameters,
	};
}

async function execute(job: Job, types: LoadedTypes, items: INodeExecutionData[]) {
	const run = await runWorkflow({
		types,
		workflow: {
			name: 'Benchmark',
			nodes: [TRIGGER, imageNode(job)],
			connections: { Trigger: { main: [[{ node: 'Image', type: 'main', index: 0 }]] } },
		},
		pinData: { Trigger: items },
		credentials: {
			apiKey: job.api.key,
			region: 'custom',
			baseUrl: job.api.url,
			url: `${job.api.url}/v1`,
		},
	});
	const images = (run.outputs('Image')[0] ?? []).filter(({ binary }) => binary?.data);
	if (run.error) console.error(run.error.message, run.error.description);
	return { images: images.length, errors: run.error ? 1 : 0 };
}

async function runOnEngine(job: Job, types: LoadedTypes, file: INodeExecutionData['binary']) {
	const runs = await Promise.all(
		job.executions.map(async (count, execution) => {
			const items = Array.from({ length: count }, (_, index) => ({
				json: { prompt: `picture ${index} of ${execution}` },
				...(file && { binary: file }),
			}));
			return await execute(job, types, items);
		}),
	);
	return {
		images: runs.reduce((sum, { images }) => sum + images, 0),
		errors: runs.reduce((sum, { errors }) => sum + errors, 0),
	};
}

async function loadTypes({ subject, rivalFolder }: Job): Promise<LoadedTypes> {
	return subject === 'rival' ? loadRival(rivalFolder) : withHelpers(await loadPackage(ROOT));
}

async function prepare(job: Job): Promise<() => Promise<{ images: number; errors: number }>> {
	if (job.subject === 'floor') return async () => await runFloor(job);
	const types = await loadTypes(job);
	await useBinaryStorage('filesystem');
	const file = job.portraitBytes
		? { data: await storeFile(await portrait(job.portraitBytes)) }
		: undefined;
	return async () => await runOnEngine(job, types, file);
}

async function measure(job: Job): Promise<Measurement> {
	const work = await prepare(job);
	const journalMs = job.timeJournal ? timeJournal(ROOT) : undefined;
	const cpuBefore = process.cpuUsage();
	const startedAt = performance.now();
	const { images, errors } = await work();
	const wallMs = performance.now() - startedAt;
	const { user, system } = process.cpuUsage(cpuBefore);
	return {
		wallMs,
		cpuMs: (user + system) / 1000,
		peakMb: process.resourceUsage().maxRSS / 1024,
		images,
		errors,
		journalMs: journalMs?.(),
	};
}

process.on('message', (job: Job) => {
	void measure(job).then((measurement) => process.send?.(measurement));
});
process.once('disconnect', () => process.exit());
