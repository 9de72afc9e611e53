import type { INodeExecutionData } from 'n8n-workflow';
import sharp from 'sharp';

import { startSandbox } from '../../sandbox';
import type { Sandbox } from '../../sandbox';
import type { Execution, N8nRest, SavedWorkflow, WorkflowFile } from '../host/rest';
import { readExample } from '../start/examples';
import { createSandboxCredential, startInstance } from './instance';
import type { Instance } from './instance';

/** The name of the node in the examples. */
export const MINIMAX = 'MiniMax Image';

/** The trigger of the examples that start with a click. */
export const CLICK = 'When clicking ‘Execute workflow’';

/** Where n8n keeps files. */
type Storage = 'filesystem' | 'database';

/** What a node put out, by its outputs. */
export const outputsOf = ({ data }: Execution, node: string): INodeExecutionData[][] =>
	(data.resultData.runData[node]?.[0]?.data?.main ?? []).map((items) => items ?? []);

/** In the order of the rows; requests run at the same time. */
export const promptsOf = (items: INodeExecutionData[]) => items.map(({ json }) => json.prompt);

/** What a link leads to. */
export const bytesOf = async (url: unknown) =>
	Buffer.from(await (await fetch(String(url))).arrayBuffer());

/** The format of an image, and its size in pixels. */
export const sizeOf = async (bytes: Buffer) => {
	const { format, width, height } = await sharp(bytes).metadata();
	return { format, width, height };
};

/** Runs the examples in an n8n of their own, against a sandbox. */
export class ExampleTests {
	private started: Instance | undefined;
	private current: { sandbox: Sandbox; example: (file: string) => WorkflowFile } | undefined;

	constructor(private readonly storage: Storage) {}

	/** Starts n8n. */
	async open(): Promise<void> {
		this.started = await startInstance({ N8N_DEFAULT_BINARY_DATA_MODE: this.storage });
	}

	/** Ends n8n. */
	async close(): Promise<void> {
		await this.started?.stop();
	}

	/** Starts the sandbox of a test. */
	async begin(): Promise<void> {
		const sandbox = await startSandbox();
		const credential = await createSandboxCredential(this.rest, sandbox);
		this.current = { sandbox, example: (file) => readExample(file, credential) };
	}

	/** Ends the sandbox of a test. */
	async end(): Promise<void> {
		await this.current?.sandbox.close();
		this.current = undefined;
	}

	private get instance(): Instance {
		if (!this.started) throw new Error('n8n runs only while tests do');
		return this.started;
	}

	/** n8n's address. */
	get url(): string {
		return this.instance.n8n.url;
	}
	get rest(): N8nRest {
		return this.instance.rest;
	}

	/** Of this test alone, so that nothing waits for the requests of another one. */
	get sandbox(): Sandbox {
		return this.test.sandbox;
	}

	/** The example of a file, ready for the sandbox. */
	example(file: string): WorkflowFile {
		return this.test.example(file);
	}

	private get test() {
		if (!this.current) throw new Error('A sandbox runs only during a test');
		return this.current;
	}

	/** Runs a workflow to its end. */
	async run(workflow: WorkflowFile, trigger: string): Promise<Execution> {
		const { rest } = this;
		const { id } = await rest.createWorkflow(workflow);
		return await rest.finished(await rest.run(id, trigger));
	}

	/** Publishes a workflow, and unpublishes it after the work, since its address is fixed. */
	async whilePublished<T>(
		workflow: WorkflowFile,
		work: (saved: SavedWorkflow) => Promise<T>,
	): Promise<T> {
		const { rest } = this;
		const saved = await rest.createWorkflow(workflow);
		await rest.activate(saved);
		try {
			return await work(saved);
		} finally {
			await rest.deactivate(saved.id);
		}
	}

	/** The files of items, as n8n hands them out; each is exactly what MiniMax's link leads to. */
	async filesOf(items: INodeExecutionData[]): Promise<Buffer[]> {
		return await Promise.all(
			items.map(async ({ binary, json }) => {
				const id = binary?.data?.id ?? '';
				expect(id).toMatch(this.storage === 'filesystem' ? /^filesystem-v2:/ : /^database:/);
				const bytes = await this.rest.binary(id);
				expect(bytes).toEqual(await bytesOf(json.imageUrl));
				return bytes;
			}),
		);
	}
}

/** Runs tests of examples once for each place where n8n can keep files, in an n8n of their own. */
export function describeExamples(tests: (n8n: ExampleTests) => void): void {
	describe.each(['filesystem', 'database'] as const)('with files kept in the %s', (storage) => {
		const n8n = new ExampleTests(storage);
		beforeAll(async () => await n8n.open());
		afterAll(async () => await n8n.close());
		beforeEach(async () => await n8n.begin());
		afterEach(async () => await n8n.end());
		tests(n8n);
	});
}
