import sharp from 'sharp';

import type { INode, INodeParameters } from 'n8n-workflow';

import { startSandbox } from '../sandbox';
import type { Sandbox, SandboxOptions } from '../sandbox';
import type { RunningN8n } from './host/n8n';
import type { Execution, N8nRest } from './host/rest';
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

const CALLS = 30;
const WORKERS = ['first', 'second'];
const SLOW_MS = 300_000;

/** What came back for one prompt. */
interface Delivery {
	status: number;
	contentType: string | null;
	bytes: Buffer;
}

/** What 30 calls at the same time have led to. */
interface Burst {
	sandbox: Sandbox;
	prompts: string[];
	deliveries: Map<string, Delivery>;
	executions: Execution[];
}

let queue: QueueMode | undefined;
let main: RunningN8n;
let rest: N8nRest;
let workers: RunningN8n[];
const sandboxes: Sandbox[] = [];

beforeAll(async () => {
	const opened = await QueueMode.open();
	queue = opened;
	({ n8n: main, rest } = await opened.startMain());
	workers = await Promise.all(
		WORKERS.map((name) => opened.startWorker({ name, concurrency: CALLS / WORKERS.length })),
	);
}, SLOW_MS);
afterAll(async () => {
	await queue?.close();
	await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
}, SLOW_MS);

/** Publishes a workflow that answers with an image, and calls it with 30 prompts at the same time. */
async function callAtOnce(
	path: string,
	limits: SandboxOptions,
	requestsPerMinute: number,
	answer: { webhook: INodeParameters; last?: INode },
): Promise<Burst> {
	const sandbox = await startSandbox(limits);
	sandboxes.push(sandbox);
	const credential = await createSandboxCredential(rest, sandbox, path);
	const workflow = await publish(rest, path, [
		webhookNode(path, answer.webhook),
		imageNode(credential, '={{ $json.body.prompt }}', { requestsPerMinute }),
		...(answer.last ? [answer.last] : []),
	]);
	const prompts = Array.from({ length: CALLS }, (_, index) => `${path}, picture ${index + 1}`);
	const deliveries = await Promise.all(
		prompts.map(async (prompt): Promise<[string, Delivery]> => {
			const response = await callWebhook(main, path, { prompt });
			const bytes = Buffer.from(await response.arrayBuffer());
			const contentType = response.headers.get('content-type');
			return [prompt, { status: response.status, contentType, bytes }];
		}),
	);
	const executions = await executionsOf(rest, workflow);
	return { sandbox, prompts, deliveries: new Map(deliveries), executions };
}

/** Every prompt came back as an image of its own, and was paid for once. */
async function expectAllDelivered({ sandbox, prompts, deliveries }: Burst): Promise<void> {
	for (const { status, contentType, bytes } of deliveries.values()) {
		expect({ status, contentType }).toEqual({ status: 200, contentType: 'image/jpeg' });
		// Decodes every pixel, so a file that is cut off does not pass.
		const { info } = await sharp(bytes, { failOn: 'warning' })
			.raw()
			.toBuffer({ resolveWithObject: true });
		expect([info.width, info.height]).toEqual([512, 512]);
	}
	const files = [...deliveries.values()].map(({ bytes }) => bytes.toString('base64'));
	expect(new Set(files).size).toBe(CALLS);
	const paid = sandbox.requests.filter(({ outcome }) => outcome === 'success');
	expect(paid.map(({ body }) => body.prompt).sort()).toEqual([...prompts].sort());
	expect(sandbox.paidImages).toBe(CALLS);
	expect(sandbox.imageRequests).toHaveLength(CALLS);
}

/** Every execution is a success, and the main reads the same file that the webhook answered with. */
async function expectReadable({ prompts, deliveries, executions }: Burst): Promise<void> {
	expect(executions.map(({ status }) => status)).toEqual(prompts.map(() => 'success'));
	expect(executions.map((execution) => outputOf(execution)[0]?.json.prompt).sort()).toEqual(
		[...prompts].sort(),
	);
	for (const execution of executions) {
		const items = outputOf(execution);
		const prompt = String(items[0]?.json.prompt);
		const fileName = `${prompt.replace(/\W+/g, '-')}.jpg`;
		const bytes = deliveries.get(prompt)?.bytes;
		expect(items).toEqual([
			{
				json: {
					imageUrl: expect.any(String),
					fileName,
					prompt,
					imageIndex: 1,
					expiresAt: expect.any(String),
					width: 512,
					height: 512,
					size: '512x512',
					model: 'image-01',
					successCount: 1,
					failedCount: 0,
					requestId: expect.any(String),
				},
				binary: {
					data: {
						// Where n8n puts files in queue mode unless told otherwise.
						data: 'database',
						id: expect.stringMatching(/^database:/),
						mimeType: 'image/jpeg',
						fileType: 'image',
						fileExtension: expect.stringMatching(/^jpe?g$/),
						fileName,
						fileSize: expect.any(String),
						bytes: bytes?.length,
					},
				},
				pairedItem: { item: 0 },
			},
		]);
		expect(await rest.binary(items[0]?.binary?.data?.id ?? '')).toEqual(bytes);
	}
}

/** Both workers have run some of the executions, and none was run twice. */
async function expectShared({ executions }: Burst): Promise<void> {
	const ids = executions.map(({ id }) => id);
	const shares = await Promise.all(
		workers.map(async (worker) => (await startedBy(worker)).filter((id) => ids.includes(id))),
	);
	expect(shares.map((share) => share.length > 0)).toEqual([true, true]);
	expect(shares.flat().sort()).toEqual([...ids].sort());
}

describe('30 calls at the same time, two workers, one account', () => {
	let divided: Burst;

	test(
		'with Requests per Minute divided by the number of workers, the limit is never met',
		async () => {
			// The account allows 20 a minute. Five seconds less than a minute leave room for requests that take
			// long to arrive, since the minute of the sandbox starts when they do.
			divided = await callAtOnce('divided', { limit: { requests: 20, windowMs: 55_000 } }, 10, {
				webhook: { responseMode: 'lastNode', responseData: 'firstEntryBinary' },
			});

			expect(divided.sandbox.requests.map(({ outcome }) => outcome)).toEqual(
				divided.prompts.map(() => 'success'),
			);
			await expectAllDelivered(divided);
			await expectReadable(divided);
			await expectShared(divided);
		},
		SLOW_MS,
	);

	test(
		'with Requests per Minute not divided, what is refused comes later, and nothing is paid for twice',
		async () => {
			// An account that allows 225 a minute, looked at in parts of four seconds.
			const limit = { requests: 15, windowMs: 4_000 };
			const undivided = await callAtOnce('undivided', { limit, latencyMs: 300 }, 225, {
				webhook: { responseMode: 'responseNode' },
				last: {
					id: 'answer',
					name: 'Answer',
					type: 'n8n-nodes-base.respondToWebhook',
					typeVersion: 1.5,
					position: [0, 0],
					parameters: { respondWith: 'binary', options: {} },
				},
			});

			const refused = undivided.sandbox.requests.filter(({ outcome }) => outcome !== 'success');
			expect(refused.length).toBeGreaterThan(0);
			expect(new Set(refused.map(({ code }) => code))).toEqual(new Set([1002]));
			await expectAllDelivered(undivided);
			await expectReadable(undivided);
			await expectShared(undivided);
		},
		SLOW_MS,
	);

	test(
		'after a restart of the main, the files that were made before can still be read',
		async () => {
			await main.stop();
			({ n8n: main, rest } = (await queue?.startMain()) ?? { n8n: main, rest });

			await expectReadable(divided);
			expect(divided.sandbox.requests).toHaveLength(CALLS);
		},
		SLOW_MS,
	);
});
