import { randomUUID } from 'node:crypto';

import type { IDataObject, INodeTypeDescription } from 'n8n-workflow';

import { startSandbox } from '../../sandbox';
import type { Sandbox } from '../../sandbox';
import type { Execution, SavedWorkflow, WorkflowFile } from '../host/rest';
import { agentWorkflow, CHAT_TRIGGER, NODE_NAME } from './agentWorkflow';
import type { AgentOptions, AgentParts } from './agentWorkflow';
import type { Heard, Step } from './chatDialect';
import { startChatModel } from './chatModel';
import type { ChatModel } from './chatModel';
import { createSandboxCredential, startInstance } from './instance';
import type { Instance } from './instance';
import { until, whenRegistered } from './until';

/** What an agent needs around it. */
interface Surroundings {
	sandbox: Sandbox;
	model: ChatModel;
	instance: Instance;
	parts: AgentParts;
}

/** Agents in an n8n, whose model says what a test has scripted, and whose tool asks a sandbox for images. */
export class AgentTests {
	private started: Surroundings | undefined;
	private readonly cleanups: (() => Promise<void>)[] = [];

	/** Starts everything. */
	async open(): Promise<void> {
		const sandbox = await this.startSandbox();
		const model = await startChatModel();
		this.cleanups.push(async () => await model.close());
		const instance = await startInstance();
		this.cleanups.push(async () => await instance.stop());
		const { rest } = instance;
		const miniMax = await createSandboxCredential(rest, sandbox);
		const openAi = await rest.createCredential({
			name: 'OpenAI account',
			type: 'openAiApi',
			data: { apiKey: model.key, url: model.url, header: false },
		});
		const served = (await rest.nodeTypes()) as unknown as INodeTypeDescription[];
		const newest = (type: string) =>
			Math.max(...served.filter(({ name }) => name === type).flatMap(({ version }) => version));
		this.started = { sandbox, model, instance, parts: { miniMax, openAi, newest } };
	}

	/** Starts a sandbox that ends with everything else. */
	async startSandbox(): Promise<Sandbox> {
		const started = await startSandbox({ key: 'minimax-key-0001' });
		this.cleanups.push(async () => await started.close());
		return started;
	}

	/** Ends whatever has been started. */
	async close(): Promise<void> {
		await Promise.all(this.cleanups.map(async (cleanup) => await cleanup()));
	}

	private get surroundings(): Surroundings {
		if (!this.started) throw new Error('n8n runs only while tests do');
		return this.started;
	}
	get sandbox(): Sandbox {
		return this.surroundings.sandbox;
	}
	get model(): ChatModel {
		return this.surroundings.model;
	}
	get instance(): Instance {
		return this.surroundings.instance;
	}
	get parts(): AgentParts {
		return this.surroundings.parts;
	}

	/** The workflow of an agent that is like the others but for these options. */
	workflow(options: AgentOptions): WorkflowFile {
		return agentWorkflow(options, this.parts);
	}

	/** Saves a workflow and makes its chat reachable. */
	async publish(workflow: WorkflowFile): Promise<SavedWorkflow> {
		const saved = await this.instance.rest.createWorkflow(workflow);
		await this.instance.rest.activate(saved);
		return saved;
	}

	/** Sends a message as n8n's chat page does, once the workflow is reachable, and waits for the whole answer. */
	async send(workflow: SavedWorkflow, chatInput: string, sessionId: string = randomUUID()) {
		const id = workflow.nodes.find(({ type }) => type === CHAT_TRIGGER)?.webhookId ?? '';
		const response = await whenRegistered(() =>
			fetch(`${this.instance.n8n.url}/webhook/${id}/chat`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ action: 'sendMessage', sessionId, chatInput }),
			}),
		);
		return { status: response.status, body: await response.text() };
	}

	private async lastExecution({ id }: SavedWorkflow): Promise<Execution> {
		const last = await until(
			'the workflow is executed',
			async () => (await this.instance.rest.executions(id))[0],
		);
		return await this.instance.rest.finished(last.id);
	}

	/** One message to an agent of its own, whose model follows a script. */
	async chat(options: AgentOptions, ...steps: Step[]) {
		this.model.script(...steps);
		const workflow = await this.publish(this.workflow(options));
		const { status, body } = await this.send(workflow, 'A lighthouse, please');
		return { workflow, status, body, execution: await this.lastExecution(workflow) };
	}

	/** What the model has heard last. */
	lastHeard(): Heard {
		const last = this.model.heard.at(-1);
		if (!last) throw new Error('The model was not asked');
		return last;
	}

	/** The JSON of an image, as the model gets it, for a prompt of an article and a noun. */
	imageJson(prompt: string, successCount = 1, imageIndex = 1): IDataObject {
		return {
			imageUrl: expect.stringContaining(`${this.sandbox.imageUrl}/`) as string,
			fileName: `${prompt.split(' ').at(-1)}${successCount > 1 ? `-${imageIndex}` : ''}.jpg`,
			prompt,
			imageIndex,
			expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
			width: 1024,
			height: 1024,
			aspectRatio: '1:1',
			model: 'image-01',
			successCount,
			failedCount: 0,
			requestId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
		};
	}
}

/** Gives the tests of a file an n8n with agents, a sandbox and a chat model, both emptied before each test. */
export function describeAgent(): AgentTests {
	const agent = new AgentTests();
	beforeAll(async () => await agent.open());
	afterAll(async () => await agent.close());
	beforeEach(() => {
		agent.sandbox.reset();
		agent.model.reset();
	});
	return agent;
}

/** What happened in the tool, one entry for each call. */
export const toolRuns = ({ data }: Execution) => data.resultData.runData[NODE_NAME] ?? [];
