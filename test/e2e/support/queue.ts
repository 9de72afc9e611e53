import type {
	IConnections,
	INode,
	INodeExecutionData,
	INodeParameters,
	IWorkflowSettings,
} from 'n8n-workflow';
import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';

import { startN8n } from '../host/n8n';
import type { N8nOptions, RunningN8n } from '../host/n8n';
import { N8nRest } from '../host/rest';
import type { Execution, SavedCredential, SavedWorkflow } from '../host/rest';
import { OWNER, readEnvironment } from './environment';
import { copyUserFolder, CREDENTIAL_TYPE } from './instance';
import { startPostgres } from './postgres';
import { startRedis } from './redis';
import type { Service } from './service';
import { until } from './until';

/** The node's name in the workflows of the tests. */
export const NODE_NAME = 'MiniMax Image';

/** What a worker is started with. */
export interface WorkerOptions {
	/** Names it: a worker started again under its name finds what it wrote down before. */
	name: string;
	/** Executions that it runs at a time. Default: n8n's, which is 10. */
	concurrency?: number;
	env?: N8nOptions['env'];
}

/** A process that runs executions. */
export type Worker = RunningN8n & Pick<WorkerOptions, 'name'>;

/** n8n in queue mode: one main, and workers that take executions from a Redis, with all data in a PostgreSQL. */
export class QueueMode {
	private readonly processes: Promise<RunningN8n>[] = [];

	private constructor(
		/** Redis and PostgreSQL. */
		private readonly services: Service[],
		readonly userFolder: string,
		private readonly env: N8nOptions['env'],
	) {}

	/** Starts Redis and PostgreSQL. Main and workers are started by the tests. */
	static async open(env: N8nOptions['env'] = {}): Promise<QueueMode> {
		const redis = await startRedis();
		const services: Service[] = [redis];
		try {
			const postgres = await startPostgres();
			services.unshift(postgres);
			return new QueueMode(services, await copyUserFolder(), {
				EXECUTIONS_MODE: 'queue',
				OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
				...redis.env,
				...postgres.env,
				...env,
			});
		} catch (error) {
			for (const service of services) await service.stop();
			throw error;
		}
	}

	/** Starts the process with the editor, the webhooks and no executions, and signs in. */
	async startMain(): Promise<{ n8n: RunningN8n; rest: N8nRest }> {
		const n8n = await this.start({});
		const rest = new N8nRest(n8n.url);
		// The folder's owner is in the SQLite that is not used here.
		if (await rest.isNew()) await rest.setUpOwner(OWNER);
		else await rest.signIn(OWNER);
		return { n8n, rest };
	}

	/** Starts a process that runs executions. */
	async startWorker({ name, concurrency, env }: WorkerOptions): Promise<Worker> {
		const n8n = await this.start({
			command: 'worker',
			args: concurrency === undefined ? [] : [`--concurrency=${concurrency}`],
			// Workers share the folder here. On machines of their own each would have its own log of events.
			env: { N8N_EVENTBUS_LOGWRITER_LOGBASENAME: `events-${name}`, ...env },
		});
		return { ...n8n, name };
	}

	private async start({ env, ...options }: Partial<N8nOptions>): Promise<RunningN8n> {
		const { host } = readEnvironment();
		const { userFolder } = this;
		const n8n = startN8n({ host, userFolder, ...options, env: { ...this.env, ...env } });
		this.processes.push(n8n);
		return await n8n;
	}

	/** Ends whatever still runs, Redis last, and removes the folder. */
	async close(): Promise<void> {
		// One that did not start has ended by itself.
		await Promise.allSettled(this.processes.map(async (n8n) => await (await n8n).stop()));
		for (const service of this.services) await service.stop();
		await rm(this.userFolder, { recursive: true, force: true });
	}
}

/** IDs of the executions that a worker has started, as its log tells. */
export async function startedBy(worker: RunningN8n): Promise<string[]> {
	const log = await readFile(worker.log, 'utf8');
	return [...log.matchAll(/Worker started execution (\d+)/g)].map(([, id = '']) => id);
}

/** Sends a body to a published workflow's webhook. */
export async function callWebhook(main: RunningN8n, path: string, body: object): Promise<Response> {
	return await fetch(`${main.url}/webhook/${path}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
}

/** All executions of a workflow with their data, in the order in which they were started. */
export async function executionsOf(rest: N8nRest, { id }: SavedWorkflow): Promise<Execution[]> {
	const executions: Execution[] = [];
	for (const execution of (await rest.executions(id)).reverse()) {
		executions.push(await rest.finished(execution.id));
	}
	return executions;
}

/** What the node put out in an execution. */
export function outputOf({ data }: Execution): INodeExecutionData[] {
	return data.resultData.runData[NODE_NAME]?.[0]?.data?.main?.[0] ?? [];
}

/** The webhook that starts a workflow. Its address stays the same when the workflow is published. */
export function webhookNode(path: string, parameters: INodeParameters): INode {
	return {
		id: randomUUID(),
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2.1,
		position: [0, 0],
		webhookId: path,
		parameters: { httpMethod: 'POST', path, options: {}, ...parameters },
	};
}

/** The node under test, which makes small images. */
export function imageNode(
	{ id, name }: SavedCredential,
	prompt: string,
	options: INodeParameters,
): INode {
	const size = { aspectRatio: 'custom', width: 512, height: 512 };
	return {
		id: randomUUID(),
		name: NODE_NAME,
		type: 'n8n-nodes-minimax-image.miniMaxImage',
		typeVersion: 1,
		position: [0, 0],
		parameters: { prompt, ...size, options },
		credentials: { [CREDENTIAL_TYPE]: { id, name } },
	};
}

/** n8n registers the webhook of a published workflow a little later; GET is refused, and tells without running it. */
async function isRegistered({ url }: N8nRest, path: string): Promise<boolean> {
	const words = await (await fetch(`${url}/webhook/${path}`)).text();
	return words.includes('make a POST request');
}

/** Saves a workflow whose nodes follow a webhook one by one, publishes it, and waits until it can be called. */
export async function publish(
	rest: N8nRest,
	path: string,
	nodes: INode[],
	settings: IWorkflowSettings = {},
): Promise<SavedWorkflow> {
	const connections: IConnections = {};
	nodes.slice(1).forEach(({ name: node }, index) => {
		const before = nodes[index]?.name ?? '';
		connections[before] = { main: [[{ node, type: 'main', index: 0 }]] };
	});
	const workflow = await rest.createWorkflow({
		name: path,
		nodes,
		connections,
		settings: { executionOrder: 'v1', ...settings },
	});
	await rest.activate(workflow);
	await until(`the webhook ${path} is registered`, () => isRegistered(rest, path));
	return workflow;
}
