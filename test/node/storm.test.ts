import fc from 'fast-check';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { limiterCount } from '../../nodes/MiniMaxImage/http/rateLimiters';
import type { Fault, ImageFault } from '../sandbox';
import { readFile, useBinaryStorage } from '../support/engine';
import { engineHas } from '../support/features';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox({ plain: true });

beforeEach(async () => await useBinaryStorage('filesystem'));
afterEach(async () => await useBinaryStorage('default'));

const MAX_RETRIES = 2;

/** What happens to one request. None of these makes an image that nobody hears of. */
const fault = fc.oneof(
	{ weight: 60, arbitrary: fc.constant<Fault | undefined>(undefined) },
	{ weight: 1, arbitrary: fc.constant<Fault>({ code: 1002 }) },
	{ weight: 6, arbitrary: fc.constant<Fault>({ code: 1000 }) },
	{ weight: 6, arbitrary: fc.constantFrom<Fault>({ status: 500 }, { status: 502 }) },
	{ weight: 6, arbitrary: fc.constant<Fault>({ reset: 'before' }) },
	{ weight: 6, arbitrary: fc.constant<Fault>({ delayMs: 30 }) },
	{ weight: 1, arbitrary: fc.constant<Fault>({ code: 1026 }) },
);

/** What happens to one download. */
const imageFault = fc.oneof(
	{ weight: 60, arbitrary: fc.constant<ImageFault | undefined>(undefined) },
	{ weight: 8, arbitrary: fc.constant<ImageFault>({ truncate: true }) },
	{ weight: 8, arbitrary: fc.constant<ImageFault>({ reset: true }) },
	{ weight: 8, arbitrary: fc.constantFrom<ImageFault>({ status: 500 }, { status: 404 }) },
	{ weight: 8, arbitrary: fc.constant<ImageFault>({ delayMs: 5, chunkDelayMs: 1 }) },
	{ weight: 2, arbitrary: fc.constant<ImageFault>({ status: 410 }) },
);

async function isWhole(item: INodeExecutionData): Promise<boolean> {
	const bytes = await readFile(item.binary?.data);
	const announced = engineHas('fileBytes') ? item.binary?.data?.bytes : bytes.length;
	return bytes.length === announced && bytes.subarray(0, 2).equals(JPEG_START) && endsWell(bytes);
}

const JPEG_START = Buffer.from([0xff, 0xd8]);
const endsWell = (bytes: Buffer) => bytes.subarray(-2).equals(Buffer.from([0xff, 0xd9]));

test.each([
	['once', 1, {}],
	['tried again by n8n', 3, { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 }],
])(
	'200 items in a storm, %s: each an intact image or a named error, nothing paid is lost',
	async (_name, tries, retries) => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fault, { minLength: 400, maxLength: 400 }),
				fc.array(imageFault, { minLength: 400, maxLength: 400 }),
				async (faults, imageFaults) => {
					node.sandbox.reset();
					let next = 0;
					let nextImage = 0;
					node.sandbox.always(() => faults[next++ % faults.length]);
					node.sandbox.alwaysImages(() => imageFaults[nextImage++ % imageFaults.length]);
					const rows = Array.from({ length: 200 }, (_, row) => ({
						json: { prompt: `row ${row}` },
					}));

					const { items, status } = await node.run({
						node: { onError: 'continueRegularOutput', ...retries },
						items: rows,
						parameters: {
							prompt: '={{ $json.prompt }}',
							options: { maxConcurrency: 20, maxRetries: MAX_RETRIES },
						},
					});

					expect(status).toBe('success');
					expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
						rows.map((_, item) => ({ item })),
					);
					const images = items.filter(({ binary }) => binary?.data);
					const errors = items.filter(({ binary }) => !binary?.data);
					for (const image of images) expect(await isWhole(image)).toBe(true);
					for (const { json } of errors) {
						expect(json).toMatchObject({
							error: expect.any(String),
							errorDetails: { code: expect.any(String) },
						});
					}

					// Every image that was paid for is delivered, or its link is told.
					const listed = errors.filter(({ json }) => (json.errorDetails as IDataObject).imageUrl);
					expect(node.sandbox.paidImages).toBe(images.length + listed.length);

					// A request is sent at most 1 + Max Retries times; the rate limit alone does not count.
					const perPrompt = new Map<unknown, number>();
					for (const { body, code } of node.sandbox.requests) {
						if (code === 1002) continue;
						const { prompt } = body as IDataObject;
						perPrompt.set(prompt, (perPrompt.get(prompt) ?? 0) + 1);
					}
					expect(Math.max(...perPrompt.values())).toBeLessThanOrEqual(tries * (1 + MAX_RETRIES));
					expect(perPrompt.size).toBe(200);
				},
			),
			{ numRuns: 2, seed: 20261121, endOnFailure: true },
		);
	},
	120_000,
);

test('2,000 items leave no rate limiters, listeners or handles behind', async () => {
	const warnings: string[] = [];
	const warn = ({ name }: Error) => warnings.push(name);
	process.on('warning', warn);
	const counted = ['TCPSocketWrap', 'TCPServerWrap', 'Timeout'];
	const handles = () => process.getActiveResourcesInfo().filter((name) => counted.includes(name));
	const settled = async (most: number) => {
		for (let tries = 0; tries < 100 && handles().length > most; tries++) {
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
		return handles().length;
	};
	// The first run opens what stays open, such as n8n's store of files.
	await node.run();
	const before = await settled(2);

	for (let execution = 0; execution < 4; execution++) {
		const { items } = await node.run({
			items: Array.from({ length: 500 }, (_, row) => ({ json: { row } })),
			parameters: { options: { maxConcurrency: 20 } },
		});
		expect(items).toHaveLength(500);
	}
	const after = await settled(before);
	process.off('warning', warn);

	expect(after).toBeLessThanOrEqual(before);
	expect(warnings).toEqual([]);
	// One for each sandbox of this file.
	expect(limiterCount()).toBeLessThanOrEqual(3);
}, 120_000);
