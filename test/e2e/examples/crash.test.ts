import { startSandbox } from '../../sandbox';
import type { Sandbox } from '../../sandbox';
import { startN8n } from '../host/n8n';
import { N8nRest } from '../host/rest';
import type { Execution, SavedCredential, WorkflowFile } from '../host/rest';
import { readExample } from '../start/examples';
import { OWNER, readEnvironment } from '../support/environment';
import { CLICK, MINIMAX, outputsOf, promptsOf } from '../support/examples';
import { createSandboxCredential, startInstance } from '../support/instance';
import type { Instance } from '../support/instance';
import { until } from '../support/until';

/** The trigger of the queue, which can be clicked too. */
const SCHEDULE = 'Every Five Minutes';
const SLOW_MS = 240_000;

let instance: Instance;
let sandbox: Sandbox;
let credential: SavedCredential;
let running: Pick<Instance, 'n8n' | 'rest'>;
beforeAll(async () => {
	sandbox = await startSandbox();
	instance = await startInstance();
	running = instance;
	credential = await createSandboxCredential(instance.rest, sandbox);
}, SLOW_MS);
afterAll(async () => {
	await running.n8n.stop();
	await instance.stop();
	await sandbox.close();
}, SLOW_MS);
beforeEach(() => sandbox.reset());

/** What the process of n8n leaves behind when the power fails, and a new one in its place. */
async function crash(): Promise<void> {
	running.n8n.signal('SIGKILL');
	await running.n8n.ended;
	const { userFolder } = instance;
	const n8n = await startN8n({ host: readEnvironment().host, userFolder });
	const rest = new N8nRest(n8n.url);
	await rest.signIn(OWNER);
	running = { n8n, rest };
}

/** Starts a workflow, and lets n8n crash while the service works on one of its prompts, which it charges. */
async function crashDuring(
	workflow: WorkflowFile,
	{ trigger, prompt, requests }: { trigger: string; prompt: string; requests: number },
) {
	sandbox.always(({ body }) => (body.prompt === prompt ? { hang: true } : undefined));
	const { id } = await running.rest.createWorkflow(workflow);
	const execution = await running.rest.run(id, trigger);
	await until('the batch is under way', () => sandbox.requests.length === requests);
	await until('the rest of it is fetched', () => sandbox.imageRequests.length > 0);
	await crash();
	sandbox.always(undefined);
	return { id, execution };
}

const runAgain = async (workflowId: string): Promise<Execution> =>
	await running.rest.finished(await running.rest.run(workflowId, SCHEDULE));

const sent = (from: number) => sandbox.requests.slice(from).map(({ body }) => body.prompt);

test(
	'a table in batches goes on with the batch that a crash has cut off, by one retry',
	async () => {
		const workflow = readExample('table-in-batches.json', credential);
		const rows = (workflow.pinData?.[CLICK] ?? []).map(({ json }) => json);
		const [fifth, sixth] = rows.slice(4).map(({ prompt }) => String(prompt));

		const { execution } = await crashDuring(workflow, {
			trigger: CLICK,
			prompt: fifth ?? '',
			requests: 6,
		});
		await until('n8n has noticed the crash', async () => {
			const { status } = await running.rest.finished(execution);
			return status === 'crashed';
		});
		expect(sandbox.paidImages).toBe(8);
		const done = await running.rest.finished(await running.rest.retry(execution));

		expect(done.status).toBe('success');
		const [images = []] = outputsOf(done, 'Images');
		expect(promptsOf(images)).toEqual(
			rows.flatMap(({ prompt, images: count }) => Array<unknown>(Number(count)).fill(prompt)),
		);
		for (const { binary } of images) {
			expect(await running.rest.binary(binary?.data?.id ?? '')).not.toHaveLength(0);
		}
		// The batch that was cut off is bought again, and nothing else.
		expect(sent(6).sort()).toEqual([fifth, sixth].sort());
		expect(sandbox.paidImages).toBe(8 + 3);
	},
	SLOW_MS,
);

test(
	'a Data Table queue takes up the rows that a crash has left without a status',
	async () => {
		const workflow = readExample('data-table-queue.json', credential);
		await runAgain((await running.rest.createWorkflow(workflow)).id);
		expect(sandbox.paidImages).toBe(4);
		sandbox.reset();
		const code = workflow.nodes.find(({ name }) => name === 'Some Prompts');
		const rows = ['A heron', 'A kite'].map((prompt) => ({ json: { prompt, ratio: '1:1' } }));
		Object.assign(code?.parameters ?? {}, { jsCode: `return ${JSON.stringify(rows)};` });

		const { id } = await crashDuring(workflow, {
			trigger: SCHEDULE,
			prompt: 'A kite',
			requests: 2,
		});
		const done = await runAgain(id);

		expect(done.status).toBe('success');
		expect(promptsOf(outputsOf(done, MINIMAX)[0] ?? [])).toEqual(['A heron', 'A kite']);
		const [written = []] = outputsOf(done, 'Write Result into Row');
		expect(written.map(({ json }) => [json.prompt, json.status])).toEqual([
			['A heron', 'done'],
			['A kite', 'done'],
		]);
		// The four that were written before are not bought again.
		expect(sent(2).sort()).toEqual(['A heron', 'A kite']);
		expect(sandbox.paidImages).toBe(2 + 2);
	},
	SLOW_MS,
);
