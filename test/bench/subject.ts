// One measurement in a process of its own, so that memory and time are those of the subject alone.
import { join } from 'node:path';

import type { IBinaryData, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import sharp from 'sharp';

import type { LoadedTypes } from '../support/engine';
import { TRIGGER, runWorkflow, storeFile, useBinaryStorage } from '../support/engine';
import { NODE_TYPE, loadPackage } from '../support/load';
import { runFloor } from './floor';
import { timeJournal } from './journalTime';
import { HELPERS_TYPE, withHelpers } from './helpers';
import { watchLoop } from './loopHold';
import { RIVAL_TYPE, loadRival } from './rival';
import type { Job, Measurement } from './types';

const ROOT = join(__dirname, '../..');

/** The first items of a process hold its event loop for 110 ms, while n8n loads what it sends requests with. */
const WARM_UP_ITEMS = 5;

type Outcome = Pick<Measurement, 'images' | 'refused' | 'errors'>;

/** A picture of exactly so many bytes: a JPEG, and padding that decoders ignore. No two numbers give the same file. */
async function portrait(bytes: number, number: number): Promise<Buffer> {
	const picture = await sharp({
		create: { width: 1024, height: 1024, channels: 3, background: '#d0a080' },
	})
		.jpeg()
		.withExif({ IFD0: { ImageDescription: `Portrait ${number}` } })
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
				downloadImage: !job.linksOnly,
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
		downloadImages: !job.linksOnly,
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
		...(job.refusedCharacters && { onError: 'continueRegularOutput' }),
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
	const output = run.outputs('Image')[0] ?? [];
	// Refused items carry their input's files, which are no images that were made.
	const made = output.filter(({ json }) => json.error === undefined);
	const images = made.filter(({ json, binary }) => (job.linksOnly ? json.imageUrl : binary?.data));
	if (run.error) console.error(run.error.message, run.error.description);
	return {
		images: images.length,
		refused: output.length - made.length,
		errors: run.error ? 1 : 0,
	};
}

async function runOnEngine(job: Job, types: LoadedTypes, files: readonly IBinaryData[]) {
	const runs = await Promise.all(
		job.executions.map(async (count, execution) => {
			const items = Array.from({ length: count }, (_, index) => {
				const file = files[index % files.length];
				const prompt = `picture ${index} of ${execution}`;
				return {
					json: { prompt: prompt.padEnd(job.refusedCharacters ?? 0, ' and a lake') },
					...(file && { binary: { data: file } }),
				};
			});
			return await execute(job, types, items);
		}),
	);
	const sum = (of: (run: Outcome) => number) => runs.reduce((total, run) => total + of(run), 0);
	return {
		images: sum(({ images }) => images),
		refused: sum(({ refused }) => refused),
		errors: sum(({ errors }) => errors),
	};
}

/** One reference image for all items, or one for each. */
async function storePortraits({ portraitBytes, ownPortraits, executions }: Job) {
	if (!portraitBytes) return [];
	const count = ownPortraits ? Math.max(...executions) : 1;
	const files: IBinaryData[] = [];
	for (let number = 0; number < count; number++) {
		files.push(await storeFile(await portrait(portraitBytes, number)));
	}
	return files;
}

async function loadTypes({ subject, rivalFolder }: Job): Promise<LoadedTypes> {
	return subject === 'rival' ? loadRival(rivalFolder) : withHelpers(await loadPackage(ROOT));
}

async function prepare(job: Job): Promise<{ work: () => Promise<Outcome>; heldMs?: () => number }> {
	if (job.subject === 'floor') return { work: async () => await runFloor(job) };
	const types = await loadTypes(job);
	await useBinaryStorage(job.storage ?? 'filesystem');
	const files = await storePortraits(job);
	if (job.watchLoop) await runOnEngine({ ...job, executions: [WARM_UP_ITEMS] }, types, files);
	return {
		work: async () => await runOnEngine(job, types, files),
		heldMs: job.watchLoop ? watchLoop(types) : undefined,
	};
}

async function measure(job: Job): Promise<Measurement> {
	const { work, heldMs } = await prepare(job);
	const journalMs = job.timeJournal ? timeJournal(ROOT) : undefined;
	const cpuBefore = process.cpuUsage();
	const startedAt = performance.now();
	const outcome = await work();
	const wallMs = performance.now() - startedAt;
	const { user, system } = process.cpuUsage(cpuBefore);
	return {
		wallMs,
		cpuMs: (user + system) / 1000,
		peakMb: process.resourceUsage().maxRSS / 1024,
		...outcome,
		journalMs: journalMs?.(),
		heldMs: heldMs?.(),
	};
}

process.on('message', (job: Job) => {
	void measure(job).then((measurement) => process.send?.(measurement));
});
process.once('disconnect', () => process.exit());
