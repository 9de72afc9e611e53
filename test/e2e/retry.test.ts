import type { INode, INodeParameters, IWorkflowSettings } from 'n8n-workflow';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';

import { startSandbox } from '../sandbox';
import type { RecordedRequest, Sandbox } from '../sandbox';
import type { RunningN8n } from './host/n8n';
import type { Execution, N8nRest, SavedCredential, SavedWorkflow } from './host/rest';
import { createSandboxCredential, startInstance } from './support/instance';
import {
	callWebhook,
	imageNode,
	NODE_NAME,
	outputOf,
	publish,
	QueueMode,
	webhookNode,
} from './support/queue';
import { until } from './support/until';

const SLOW_MS = 300_000;
const FILES_ON_DISK = { N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' };

/** An n8n that runs executions. */
interface Host {
	main: RunningN8n;
	rest: N8nRest;
	/** Files with what those processes wrote that run executions. */
	logs: string[];
	stop: () => Promise<void>;
}

async function startRegular(): Promise<Host> {
	const { n8n, rest, stop } = await startInstance(FILES_ON_DISK);
	return { main: n8n, rest, logs: [n8n.log], stop };
}

/** Two workers, so that a retry need not run where the execution failed. */
async function startQueue(): Promise<Host> {
	const queue = await QueueMode.open(FILES_ON_DISK);
	try {
		const { n8n, rest } = await queue.startMain();
		const logs: string[] = [];
		for (const name of ['first', 'second']) {
			logs.push((await queue.startWorker({ name, concurrency: 1 })).log);
		}
		return { main: n8n, rest, logs, stop: async () => await queue.close() };
	} catch (error) {
		await queue.close();
		throw error;
	}
}

describe.each([
	['regular mode', startRegular],
	['queue mode', startQueue],
])('%s', (mode, start) => {
	let host: Host | undefined;
	let sandbox: Sandbox;
	let credential: SavedCredential;
	let workflows = 0;

	const opened = (): Host => {
		if (host) return host;
		throw new Error('The tests have not been set up');
	};

	beforeAll(async () => {
		host = await start();
		sandbox = await startSandbox({ plain: true });
		credential = await createSandboxCredential(host.rest, sandbox);
	}, SLOW_MS);
	afterAll(async () => {
		await host?.stop();
		await sandbox.close();
	}, SLOW_MS);
	beforeEach(() => sandbox.reset());

	const promptsOf = (count: number) => Array.from({ length: count }, (_, row) => `picture ${row}`);

	/** Refuses a prompt the first time that it comes. */
	const refuseOnce = (prompt: string) =>
		sandbox.always(({ body }: RecordedRequest, attempts) =>
			body.prompt === prompt && attempts === 1 ? { code: 1026 } : undefined,
		);

	/** Publishes a workflow that makes an image for each prompt of a call. */
	async function publishBatch(
		options: INodeParameters = {},
		more: Partial<INode> = {},
		settings: IWorkflowSettings = {},
	): Promise<SavedWorkflow> {
		const path = `${mode.replace(' ', '-')}-${++workflows}`;
		const nodes: INode[] = [
			webhookNode(path, { responseMode: 'onReceived' }),
			{
				id: 'split',
				name: 'Split Out',
				type: 'n8n-nodes-base.splitOut',
				typeVersion: 1,
				position: [0, 0],
				parameters: {
					fieldToSplitOut: 'body.prompts',
					options: { destinationFieldName: 'prompt' },
				},
			},
			{
				...imageNode(credential, '={{ $json.prompt }}', {
					requestsPerMinute: 0,
					maxConcurrency: 1,
					...options,
				}),
				...more,
			},
		];
		return await publish(opened().rest, path, nodes, settings);
	}

	/** Starts a workflow with so many prompts, and returns the execution's ID. */
	async function startBatch({ id, name }: SavedWorkflow, count: number): Promise<string> {
		const { main, rest } = opened();
		expect((await callWebhook(main, name, { prompts: promptsOf(count) })).status).toBe(200);
		const execution = await until(
			'the execution is there',
			async () => (await rest.executions(id))[0],
		);
		return execution.id;
	}

	/** Runs a workflow with so many prompts, to its end. */
	async function runBatch(workflow: SavedWorkflow, count: number): Promise<Execution> {
		return await opened().rest.finished(await startBatch(workflow, count));
	}

	async function retry({ id }: Execution, withSavedWorkflow?: boolean): Promise<Execution> {
		const { rest } = opened();
		return await rest.finished(await rest.retry(id, withSavedWorkflow));
	}

	const sent = (from = 0) => sandbox.requests.slice(from).map(({ body }) => body.prompt);
	const linksOf = (execution: Execution) => outputOf(execution).map(({ json }) => json.imageUrl);
	const hintsOf = ({ data }: Execution) =>
		(data.resultData.runData[NODE_NAME]?.[0]?.hints ?? []).map(({ message }) => message);

	/** All prompts have an image of their own, in their order. */
	async function expectAll(execution: Execution, count: number): Promise<void> {
		expect(execution.status).toBe('success');
		const items = outputOf(execution);
		expect(items.map(({ json, pairedItem }) => [json.prompt, pairedItem])).toEqual(
			promptsOf(count).map((prompt, item) => [prompt, { item }]),
		);
		expect(new Set(linksOf(execution)).size).toBe(count);
		for (const { binary } of items) {
			const bytes = await opened().rest.binary(binary?.data?.id ?? '');
			expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 512 });
		}
	}

	test(
		'a night that failed at row 60 of 100 is finished by one retry for the price of the rest',
		async () => {
			refuseOnce('picture 59');

			const failed = await runBatch(await publishBatch(), 100);
			expect(failed.status).toBe('error');
			expect(failed.data.resultData.error?.message).toContain('[item 59]');
			expect(sandbox.paidImages).toBe(59);
			const done = await retry(failed);

			await expectAll(done, 100);
			expect(sent(60)).toEqual(promptsOf(100).slice(59));
			expect(sandbox.paidImages).toBe(100);
			expect(hintsOf(done)).toEqual([
				'59 of 100 images were paid for in an earlier try and were not bought again.',
			]);
		},
		SLOW_MS,
	);

	test('"Retry On Fail" buys no image twice', async () => {
		refuseOnce('picture 7');
		const again = { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 };

		const done = await runBatch(await publishBatch({}, again), 12);

		await expectAll(done, 12);
		expect(sandbox.requests).toHaveLength(13);
		expect(sandbox.paidImages).toBe(12);
		expect(hintsOf(done)).toEqual([
			'7 of 12 images were paid for in an earlier try and were not bought again.',
		]);
	});

	test('"Retry On Fail" with "On Error: Continue" buys no image twice', async () => {
		sandbox.always(({ body }) => (body.prompt === 'picture 0' ? { code: 1026 } : undefined));
		const again = { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 };

		const done = await runBatch(
			await publishBatch({}, { ...again, onError: 'continueRegularOutput' }),
			12,
		);

		expect(done.status).toBe('success');
		expect(outputOf(done).map(({ json }) => json.width)).toEqual([
			undefined,
			...Array<number>(11).fill(512),
		]);
		expect(sandbox.requests).toHaveLength(11 + 3);
		expect(sandbox.paidImages).toBe(11);
	});

	test('what nobody knows the outcome of is charged twice at most, whatever n8n tries', async () => {
		sandbox.always({ status: 504, charged: true });
		const again = { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 };

		const failed = await runBatch(await publishBatch({ maxRetries: 5 }, again), 1);

		expect(failed.status).toBe('error');
		expect(sandbox.paidImages).toBe(2);
	});

	test('a retry with the workflow as it is saved now buys what asks for something else', async () => {
		refuseOnce('picture 3');
		const workflow = await publishBatch();
		const failed = await runBatch(workflow, 5);
		const { rest } = opened();
		const saved = await rest.workflow(workflow.id);
		const nodes = saved.nodes.map((node) =>
			node.name === NODE_NAME
				? {
						...node,
						parameters: {
							...node.parameters,
							// Another name of the file asks for the same image, another prompt does not.
							prompt: '={{ $json.prompt === "picture 1" ? "a new picture" : $json.prompt }}',
							options: { requestsPerMinute: 0, maxConcurrency: 1, fileName: 'picture' },
						},
					}
				: node,
		);
		await rest.saveWorkflow({ ...saved, nodes });

		const done = await retry(failed, true);

		expect(done.status).toBe('success');
		expect(sent(4)).toEqual(['a new picture', 'picture 3', 'picture 4']);
		expect(sandbox.paidImages).toBe(3 + 3);
		expect(outputOf(done).map(({ json }) => json.fileName)).toEqual([
			'picture.jpg',
			...[2, 3, 4, 5].map((number) => `picture-${number}.jpg`),
		]);
	});

	test('images that came inline are bought again, and the execution says so', async () => {
		refuseOnce('picture 2');

		const failed = await runBatch(await publishBatch({ transfer: 'base64' }), 3);
		const done = await retry(failed);

		expect(outputOf(done).map(({ json }) => json.width)).toEqual([512, 512, 512]);
		expect(sandbox.paidImages).toBe(2 + 3);
		expect(hintsOf(done)).toEqual([
			expect.stringContaining('2 images had come inline in an earlier execution'),
		]);
	});

	test('another execution of the same workflow buys anew', async () => {
		const workflow = await publishBatch();
		await runBatch(workflow, 2);
		const { main, rest } = opened();

		await callWebhook(main, workflow.name, { prompts: promptsOf(2) });
		await until('the second execution is there', async () => {
			const executions = await rest.executions(workflow.id);
			return executions.length === 2 && executions.every(({ status }) => status === 'success');
		});

		expect(sandbox.requests).toHaveLength(4);
		expect(sandbox.paidImages).toBe(4);
	});

	describe.each([
		['by hand', {}],
		['by the time-out of n8n', { executionTimeout: 4 }],
	])('a stop %s', (how, settings) => {
		const isByHand = how === 'by hand';

		/** Starts 20 rows, five at a time, and returns the execution once it is stopped. */
		async function stopBatch(isTime: () => boolean): Promise<Execution> {
			const workflow = await publishBatch({ maxConcurrency: 5 }, {}, settings);
			const id = await startBatch(workflow, 20);
			await until('it is time for the stop', isTime);
			if (isByHand) await opened().rest.stop(id);
			return await opened().rest.finished(id);
		}

		const linksIn = (text = '') => [
			...new Set(text.match(/http:\S+/g)?.filter((link) => link.startsWith(sandbox.imageUrl))),
		];
		const readLogs = async () =>
			(await Promise.all(opened().logs.map((log) => readFile(log, 'utf8')))).join('\n');

		/** The links of five images that the logs tell since the stop. */
		async function linksLogged(before: string[]): Promise<string[]> {
			return await until('the log tells the links', async () => {
				const links = linksIn(await readLogs()).filter((link) => !before.includes(link));
				return links.length >= 5 && links;
			});
		}

		async function expectReadable(links: string[]): Promise<void> {
			expect(links).toHaveLength(5);
			for (const link of links) expect((await fetch(link)).status).toBe(200);
		}

		test('lets the requests on their way finish, logs their links, and starts no further row', async () => {
			const before = linksIn(await readLogs());
			sandbox.latencyMs = 6_000;

			const stopped = await stopBatch(() => sandbox.requests.length === 5);
			expect(stopped.status).toBe('canceled');
			await expectReadable(await linksLogged(before));

			expect(sandbox.requests.map(({ outcome }) => outcome)).toEqual(Array(5).fill('success'));
			expect(sandbox.paidImages).toBe(5);
			expect(sandbox.cutOff).toBe(0);
			// After a stop by hand n8n may have stored what it had at the start: see below.
			if (isByHand) return;

			expect(stopped.data.resultData.error?.description).toBe(
				"5 requests were on their way: probably charged, without links so far. n8n's log will have them.",
			);
			sandbox.latencyMs = 0;
			const done = await retry(stopped);
			await expectAll(done, 20);
			expect(sandbox.paidImages).toBe(25);
			expect(hintsOf(done)).toEqual([expect.stringMatching(/^5 requests .* charged twice\.$/)]);
		});

		test('while requests wait logs the links; after a time-out a retry buys the rest alone', async () => {
			const before = linksIn(await readLogs());
			const rest = promptsOf(20).slice(5);
			sandbox.always(({ body }) =>
				rest.includes(String(body.prompt))
					? { status: 503, headers: { 'retry-after': '100' } }
					: undefined,
			);

			const stopped = await stopBatch(() => sandbox.requests.length === 10);
			expect(stopped.status).toBe('canceled');
			const links = await linksLogged(before);
			await expectReadable(links);
			expect(sandbox.requests).toHaveLength(10);
			sandbox.always(undefined);
			// Over what the run stores after a stop by hand, n8n writes what it had stored at the start: always in regular
			// mode, and in queue mode where the main is later than the worker. Only the log is left for certain.
			if (isByHand) return;

			const { error } = stopped.data.resultData;
			expect(linksIn(error?.description ?? '')).toEqual(links);
			const done = await retry(stopped);
			await expectAll(done, 20);
			expect(sent(10).sort()).toEqual([...rest].sort());
			expect(sandbox.paidImages).toBe(20);
			expect(hintsOf(done)).toEqual([
				'5 of 20 images were paid for in an earlier try and were not bought again.',
			]);
		});
	});
});
