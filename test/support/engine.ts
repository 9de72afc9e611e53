import './environment';

import { randomUUID } from 'node:crypto';

import { Logger } from '@n8n/backend-common';
import { Container } from '@n8n/di';
import { parse, stringify } from 'flatted';
import {
	BinaryDataConfig,
	BinaryDataService,
	ExecutionLifecycleHooks,
	WorkflowExecute,
} from 'n8n-core';
import {
	ICredentialsHelper,
	NodeConnectionTypes,
	NodeHelpers,
	Workflow,
	createRunExecutionData,
} from 'n8n-workflow';
import type {
	IBinaryData,
	ICredentialDataDecryptedObject,
	ICredentialType,
	ICredentials,
	IDataObject,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	INodeType,
	INodeTypes,
	IPinData,
	IRun,
	IRunExecutionData,
	IWorkflowBase,
	IWorkflowExecuteAdditionalData,
	NodeApiError,
	WorkflowExecuteMode,
} from 'n8n-workflow';

/** What the engine needs of a package: its node and credential types by name. */
export interface LoadedTypes {
	nodes: Record<string, INodeType>;
	credentials: Record<string, ICredentialType>;
}

/** Starts every workflow here; its items are pinned, so it never runs. */
const manualTrigger: INodeType = {
	description: {
		displayName: 'Manual Trigger',
		name: 'manualTrigger',
		group: ['trigger'],
		version: 1,
		description: 'Starts the workflow',
		defaults: { name: 'Manual Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	},
	trigger: () => Promise.resolve(undefined),
};

/** The node that stands for it in a workflow; what it outputs is pinned. */
export const TRIGGER: INode = {
	id: 'trigger',
	name: 'Trigger',
	type: 'n8n-nodes-base.manualTrigger',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

const noOp: INodeType = {
	description: {
		displayName: 'No Operation',
		name: 'noOp',
		group: ['organization'],
		version: 1,
		description: 'Passes items on',
		defaults: { name: 'No Operation' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	},
	execute() {
		return Promise.resolve([this.getInputData()]);
	},
};

function nodeTypesOf(types: LoadedTypes): INodeTypes {
	const all: Record<string, INodeType> = {
		'n8n-nodes-base.manualTrigger': manualTrigger,
		'n8n-nodes-base.noOp': noOp,
		'n8n-nodes-base.stickyNote': noOp,
		...types.nodes,
	};
	const find = (name: string) => {
		const type = all[name];
		if (!type) throw new Error(`Unknown node type ${name}`);
		return type;
	};
	return {
		getByName: find,
		getByNameAndVersion: (name) => NodeHelpers.getVersionedNodeType(find(name)),
		getKnownTypes: () => ({}),
	};
}

/** Decrypted credentials from the test; authentication as n8n does it, with the real credential type. */
export class CredentialsFromTest extends ICredentialsHelper {
	constructor(
		protected readonly types: LoadedTypes,
		private readonly data: ICredentialDataDecryptedObject | undefined,
	) {
		super();
	}

	getParentTypes() {
		return [];
	}

	isCredentialUsableByNode() {
		return true;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		requestOptions: IHttpRequestOptions,
		workflow: Workflow,
		node: INode,
	) {
		const authenticate = this.types.credentials[typeName]?.authenticate;
		if (typeof authenticate === 'function') return await authenticate(credentials, requestOptions);
		const headers = Object.entries(authenticate?.properties.headers ?? {}).map(([name, value]) => [
			name,
			workflow.expression.getSimpleParameterValue(node, value as string, 'internal', {
				$credentials: credentials,
			}),
		]);
		return {
			...requestOptions,
			headers: { ...requestOptions.headers, ...Object.fromEntries(headers) },
		};
	}

	preAuthentication() {
		return Promise.resolve(undefined);
	}

	runPreAuthentication() {
		return Promise.resolve(undefined);
	}

	getCredentials(): Promise<ICredentials> {
		return Promise.reject(new Error('Credentials are not stored here'));
	}

	getDecrypted() {
		return this.data
			? Promise.resolve({ ...this.data })
			: Promise.reject(new Error('Credential not found'));
	}

	updateCredentials() {
		return Promise.resolve();
	}

	updateCredentialsOauthTokenData() {
		return Promise.resolve();
	}

	getCredentialsProperties(type: string) {
		return this.types.credentials[type]?.properties ?? [];
	}
}

/** Where the engine keeps files: in the items, or on disk as n8n does by default. */
export type BinaryStorage = 'default' | 'filesystem';

/** Switches the engine's binary store for all runs that follow. */
export async function useBinaryStorage(mode: BinaryStorage): Promise<void> {
	Container.get(BinaryDataConfig).mode = mode;
	await Container.get(BinaryDataService).init();
}

export interface EngineOptions {
	types: LoadedTypes;
	workflow: Pick<IWorkflowBase, 'nodes' | 'connections' | 'name' | 'settings'>;
	/** Output of nodes that are not to run, by node name. */
	pinData?: IPinData;
	credentials?: ICredentialDataDecryptedObject;
	/** Called with the name of each node that has finished. */
	onNodeDone?: (node: string) => void;
	/** A failed run to go on with, as "Retry execution" does. */
	retryOf?: IRun;
	/** What started the run. Default: somebody in the editor. */
	mode?: WorkflowExecuteMode;
}

export interface EngineRun {
	run: IRun;
	/** Items on each output of a node's last run. */
	outputs(node: string): INodeExecutionData[][];
	/** The error that stopped the execution, as n8n stores it. */
	error: NodeApiError | undefined;
	/** Hints that a node gave. */
	hints(node: string): string[];
}

export interface RunningEngine {
	finished: Promise<EngineRun>;
	/** What "Stop" in the editor does. */
	cancel(): void;
}

function toEngineRun(run: IRun): EngineRun {
	const { runData, error } = run.data.resultData;
	const last = (node: string) => runData[node]?.at(-1);
	return {
		run,
		error: error as NodeApiError | undefined,
		outputs: (node) => (last(node)?.data?.main ?? []).map((items) => items ?? []),
		hints: (node) => (last(node)?.hints ?? []).map(({ message }) => message),
	};
}

type Running = ReturnType<WorkflowExecute['run']>;

/** The engine of n8n 2.0 takes the parts of a run one by one: workflow, start, destination, pinned data. */
function run(execution: WorkflowExecute, workflow: Workflow, pinData?: IPinData): Running {
	if (execution.run.length === 1) return execution.run({ workflow, pinData });
	const older = execution.run as unknown as (...parts: unknown[]) => Running;
	return older.call(execution, workflow, undefined, undefined, pinData);
}

/** What n8n stores of a failed run, loaded again and made ready as its service for executions does on a retry. */
function storedForRetry({ data }: IRun, workflow: Workflow): IRunExecutionData {
	const stored = parse(stringify(data)) as IRunExecutionData;
	const { resultData } = stored;
	delete resultData.error;
	const runs = resultData.runData[resultData.lastNodeExecuted ?? ''] ?? [];
	if (runs.at(-1)?.error !== undefined) runs.pop();
	// "Retry with currently saved workflow"; the original one has the same nodes.
	for (const entry of stored.executionData?.nodeExecutionStack ?? []) {
		entry.node = workflow.getNode(entry.node.name) ?? entry.node;
	}
	return stored;
}

/** Starts a workflow on n8n's real engine. */
export function startWorkflow(options: EngineOptions): RunningEngine {
	const { types, pinData, mode = 'manual' } = options;
	const executionId = randomUUID();
	const nodes: INode[] = options.workflow.nodes.map((node) => structuredClone(node));
	const workflow = new Workflow({
		id: `workflow-${executionId}`,
		name: options.workflow.name,
		nodes,
		connections: options.workflow.connections,
		active: false,
		nodeTypes: nodeTypesOf(types),
		settings: { executionOrder: 'v1', ...options.workflow.settings },
	});
	const hooks = new ExecutionLifecycleHooks(mode, executionId, {
		id: workflow.id,
		name: options.workflow.name,
		nodes,
		connections: options.workflow.connections,
		active: false,
		isArchived: false,
		activeVersionId: null,
		createdAt: new Date(),
		updatedAt: new Date(),
	} as IWorkflowBase);
	hooks.addHandler('nodeExecuteAfter', (node) => options.onNodeDone?.(node));
	const additionalData = {
		executionId,
		hooks,
		credentialsHelper: new CredentialsFromTest(types, options.credentials),
		currentNodeParameters: undefined,
		restApiUrl: 'http://localhost/rest',
		instanceBaseUrl: 'http://localhost/',
		webhookBaseUrl: 'http://localhost/webhook',
		formWaitingBaseUrl: 'http://localhost/form-waiting',
		webhookWaitingBaseUrl: 'http://localhost/webhook-waiting',
		webhookTestBaseUrl: 'http://localhost/webhook-test',
		variables: {} as IDataObject,
	} as unknown as IWorkflowExecuteAdditionalData;

	const running = options.retryOf
		? new WorkflowExecute(
				additionalData,
				'retry',
				storedForRetry(options.retryOf, workflow),
			).processRunExecutionData(workflow)
		: run(new WorkflowExecute(additionalData, mode, createRunExecutionData({})), workflow, pinData);
	return { finished: running.then(toEngineRun), cancel: () => running.cancel() };
}

/** Runs a workflow on n8n's real engine to its end. */
export async function runWorkflow(options: EngineOptions): Promise<EngineRun> {
	return await startWorkflow(options).finished;
}

/** The log that n8n gives its nodes. */
export const n8nLog = (): Logger => Container.get(Logger);

/** Puts a file where the engine keeps files now, as a node before ours would. */
export async function storeFile(bytes: Buffer, mimeType = 'image/jpeg'): Promise<IBinaryData> {
	return await Container.get(BinaryDataService).store(
		{ type: 'execution', workflowId: 'input', executionId: randomUUID() },
		bytes,
		{ data: '', mimeType },
	);
}

/** The bytes of a file that an item refers to. */
export async function readFile(file: IBinaryData | undefined): Promise<Buffer> {
	if (!file) throw new Error('The item has no such file');
	return await Container.get(BinaryDataService).getAsBuffer(file);
}
