import type { IDataObject, INode, INodeParameters, INodeType } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import type { Sandbox } from '../sandbox';
import { sandboxCredential } from './account';
import { runWorkflow, TRIGGER } from './engine';
import { FastMiniMaxImage } from './fastClock';
import { NODE_TYPE } from './load';
import { sources } from './node';

/** The twin that n8n makes of a node that is usable as a tool. */
export function toolTwin(): INodeType {
	const tool = new FastMiniMaxImage();
	tool.description = {
		...tool.description,
		name: `${tool.description.name}Tool`,
		inputs: [],
		outputs: [NodeConnectionTypes.AiTool],
	};
	return tool;
}

/** A tool as an agent gets it, and what it tells its model of it. */
interface Tool {
	name: string;
	description: string;
	schema: { shape: Record<string, unknown> };
	invoke(args: IDataObject): Promise<string>;
}

/** Calls its tool with the arguments of its input items, as an agent does: one by one, or those of an item at once. */
const caller: INodeType = {
	description: {
		displayName: 'Caller',
		name: 'caller',
		group: ['transform'],
		version: 1,
		description: 'Calls a tool',
		defaults: { name: 'Caller' },
		inputs: [NodeConnectionTypes.Main, { type: NodeConnectionTypes.AiTool, required: true }],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	},
	async execute() {
		const [tool] = (await this.getInputConnectionData(NodeConnectionTypes.AiTool, 0)) as Tool[];
		if (!tool) throw new Error('No tool is connected');
		const call = async (args: IDataObject) =>
			await tool.invoke(args).catch((error: Error) => `failed: ${error.message}`);
		const { name, description, schema } = tool;
		const told = { name, description, fields: Object.keys(schema.shape) };
		const answers: string[] = [];
		for (const { json } of this.getInputData()) {
			answers.push(...(await Promise.all((json.calls as IDataObject[]).map(call))));
		}
		return [answers.map((answer) => ({ json: { answer, ...told } }))];
	},
};

/** How an agent's tool is called. */
export interface ToolCalls {
	sandbox: Pick<Sandbox, 'url' | 'key'>;
	/** Arguments, one call after the other; those of an inner list at once. */
	calls: IDataObject[][];
	parameters?: INodeParameters;
	/** Settings of the node itself, such as `retryOnFail`. */
	node?: Partial<INode>;
}

/** Has an agent call the node in one execution, and returns what it knew of its tool and what it was answered. */
export async function callTool(options: ToolCalls): Promise<IDataObject[]> {
	const { sandbox, calls, parameters, node } = options;
	const tool: INode = {
		...TRIGGER,
		id: 'image',
		name: 'MiniMax Image',
		type: `${NODE_TYPE}Tool`,
		credentials: { miniMaxImageApi: { id: '1', name: 'Sandbox' } },
		...node,
		parameters: {
			prompt: "={{ $fromAI('Prompt', 'What the image should show', 'string') }}",
			options: { requestsPerMinute: 0, maxRetries: 0 },
			...parameters,
		},
	};
	const run = await runWorkflow({
		types: {
			...sources,
			nodes: { ...sources.nodes, [`${NODE_TYPE}Tool`]: toolTwin(), 'test.caller': caller },
		},
		workflow: {
			name: 'Agent',
			nodes: [TRIGGER, { ...TRIGGER, id: 'caller', name: 'Caller', type: 'test.caller' }, tool],
			connections: {
				Trigger: { main: [[{ node: 'Caller', type: 'main', index: 0 }]] },
				'MiniMax Image': { ai_tool: [[{ node: 'Caller', type: 'ai_tool', index: 0 }]] },
			},
		},
		pinData: { Trigger: calls.map((atOnce) => ({ json: { calls: atOnce } })) },
		credentials: sandboxCredential(sandbox),
	});
	return run.outputs('Caller').flatMap((items) => items.map(({ json }) => json));
}

/** The same with nothing but prompts. */
export type PromptCalls = Omit<ToolCalls, 'calls'> & { prompts: string[][] };

/** Has an agent call the node with prompts, those of an inner list at once, and returns what it was answered. */
export async function callWithPrompts({ prompts, ...options }: PromptCalls): Promise<string[]> {
	const calls = prompts.map((atOnce) => atOnce.map((Prompt) => ({ Prompt })));
	const answers = await callTool({ ...options, calls });
	return answers.map(({ answer }) => String(answer));
}
