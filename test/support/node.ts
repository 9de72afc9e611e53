import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	IRun,
	IWorkflowSettings,
	WorkflowExecuteMode,
} from 'n8n-workflow';

import { MiniMaxImageApi } from '../../credentials/MiniMaxImageApi.credentials';
import { MiniMaxImage } from '../../nodes/MiniMaxImage/MiniMaxImage.node';
import type { LoadedTypes, RunningEngine } from './engine';
import { TRIGGER, startWorkflow } from './engine';
import { FastMiniMaxImage } from './fastClock';
import { NODE_TYPE } from './load';

const NODE_NAME = 'MiniMax Image';

/** The package as n8n would load it, straight from the sources; waits between requests pass faster. */
export const sources: LoadedTypes = {
	nodes: { [NODE_TYPE]: new FastMiniMaxImage() },
	credentials: { miniMaxImageApi: new MiniMaxImageApi() },
};

const inRealTime: LoadedTypes = { ...sources, nodes: { [NODE_TYPE]: new MiniMaxImage() } };

export interface NodeRunOptions {
	/** Fields of the node; `options` are merged over `requestsPerMinute: 0`. */
	parameters?: INodeParameters & { options?: IDataObject };
	/** Input items; one empty item by default. */
	items?: INodeExecutionData[];
	credentials: ICredentialDataDecryptedObject;
	/** Settings of the node itself, such as `onError`. */
	node?: Partial<INode>;
	settings?: IWorkflowSettings;
	/** A failed run to go on with, as "Retry execution" does. */
	retryOf?: NodeRun;
	/** What started the run. Default: somebody in the editor. */
	mode?: WorkflowExecuteMode;
	/** Whether waits take as long as they do in n8n. */
	realTime?: boolean;
}

export interface NodeRun {
	items: INodeExecutionData[];
	/** Items on the error output. */
	errorItems: INodeExecutionData[];
	error: Awaited<RunningEngine['finished']>['error'];
	hints: string[];
	status: string;
	/** Everything the engine keeps of the execution, as text. */
	stored: string;
	/** The same, as the engine gives it. */
	run: IRun;
}

export interface RunningNode {
	finished: Promise<NodeRun>;
	cancel(): void;
}

/** Starts a workflow of a trigger with the given items, and the node. */
export function startNode(options: NodeRunOptions): RunningNode {
	const { parameters = {}, items = [{ json: {} }], credentials, node, settings } = options;
	const image: INode = {
		id: 'image',
		name: NODE_NAME,
		type: NODE_TYPE,
		typeVersion: 1,
		position: [200, 0],
		credentials: { miniMaxImageApi: { id: '1', name: 'Sandbox' } },
		...node,
		parameters: {
			prompt: 'a red fox in snow',
			...parameters,
			options: { requestsPerMinute: 0, ...parameters.options },
		} as INodeParameters,
	};
	const engine = startWorkflow({
		types: options.realTime ? inRealTime : sources,
		workflow: {
			name: 'Test',
			nodes: [TRIGGER, image],
			connections: { Trigger: { main: [[{ node: NODE_NAME, type: 'main', index: 0 }]] } },
			settings,
		},
		pinData: { Trigger: items },
		credentials,
		retryOf: options.retryOf?.run,
		mode: options.mode,
	});
	const finished = engine.finished.then((run) => {
		const [main = [], errors = []] = run.outputs(NODE_NAME);
		return {
			items: main,
			errorItems: errors,
			error: run.error,
			hints: run.hints(NODE_NAME),
			status: run.run.status,
			stored: JSON.stringify(run.run),
			run: run.run,
		};
	});
	return { finished, cancel: engine.cancel };
}

/** Runs the node to its end. */
export async function runNode(options: NodeRunOptions): Promise<NodeRun> {
	return await startNode(options).finished;
}
