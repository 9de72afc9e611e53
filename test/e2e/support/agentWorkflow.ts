import { randomUUID } from 'node:crypto';

import type { INode, INodeParameters } from 'n8n-workflow';

import type { SavedCredential, WorkflowFile } from '../host/rest';

const LANGCHAIN = '@n8n/n8n-nodes-langchain';
const AGENT = `${LANGCHAIN}.agent`;
const CHAT_MODEL = `${LANGCHAIN}.lmChatOpenAi`;
const MANUAL_TRIGGER = 'n8n-nodes-base.manualTrigger';

/** The type of the node that a chat starts with. */
export const CHAT_TRIGGER = `${LANGCHAIN}.chatTrigger`;

/** The name of the node that is the agent's tool. */
export const NODE_NAME = 'MiniMax Image';

/** A field that the model fills in, exactly as the editor's sparkle button writes it. */
export const fromAi = (key: string, type: 'string' | 'number') =>
	`={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('${key}', \`\`, '${type}') }}`;

/** What one agent has that others have not. */
export interface AgentOptions {
	/** Fields of the tool. */
	tool?: INodeParameters;
	/** Options of the tool. */
	toolOptions?: INodeParameters;
	onError?: INode['onError'];
	credential?: SavedCredential;
	/** Off: the older interface of OpenAI, which other services copy. Default: as the editor has it. */
	responsesApi?: boolean;
	responseMode?: 'lastNode' | 'streaming';
	/** Default: a chat. */
	trigger?: 'manual';
}

/** What the agents of one n8n share. */
export interface AgentParts {
	/** The credential of a tool that names none. */
	miniMax: SavedCredential;
	openAi: SavedCredential;
	/** The newest version of each node that this n8n serves. */
	newest: (type: string) => number;
}

/** A node's name, type and parameters, and whatever else it has. */
type NodeRow = [name: string, type: string, parameters: INodeParameters, more?: Partial<INode>];

function startOf({ trigger, responseMode }: AgentOptions): NodeRow[] {
	if (trigger === 'manual') {
		return [
			['Trigger', MANUAL_TRIGGER, {}],
			['AI Agent', AGENT, { promptType: 'define', text: 'A lighthouse, please' }],
		];
	}
	return [
		['Trigger', CHAT_TRIGGER, { public: true, options: responseMode ? { responseMode } : {} }],
		['AI Agent', AGENT, {}],
	];
}

const modelOf = ({ responsesApi }: AgentOptions, openAi: SavedCredential): NodeRow => [
	'OpenAI Chat Model',
	CHAT_MODEL,
	{
		model: { __rl: true, mode: 'list', value: 'gpt-5-mini' },
		...(responsesApi === false && { responsesApiEnabled: false }),
	},
	{ credentials: { [openAi.type]: openAi } },
];

const toolOf = (
	{ tool, toolOptions, onError }: AgentOptions,
	credential: SavedCredential,
): NodeRow => [
	NODE_NAME,
	'n8n-nodes-minimax-image.miniMaxImageTool',
	{
		prompt: fromAi('Prompt', 'string'),
		options: { requestsPerMinute: 0, maxRetries: 0, ...toolOptions },
		...tool,
	},
	{ credentials: { [credential.type]: credential }, ...(onError && { onError }) },
];

/** A workflow with a trigger and an agent, which has a chat model and the node as its only tool. */
export function agentWorkflow(options: AgentOptions, parts: AgentParts): WorkflowFile {
	const { miniMax, openAi, newest } = parts;
	const nodes = [
		...startOf(options),
		modelOf(options, openAi),
		toolOf(options, options.credential ?? miniMax),
	];
	return {
		name: 'Agent',
		nodes: nodes.map(([name, type, parameters, more], index) => ({
			id: randomUUID(),
			name,
			type,
			typeVersion: newest(type),
			position: [index * 200, 0],
			parameters,
			...more,
		})),
		connections: {
			Trigger: { main: [[{ node: 'AI Agent', type: 'main', index: 0 }]] },
			'OpenAI Chat Model': {
				ai_languageModel: [[{ node: 'AI Agent', type: 'ai_languageModel', index: 0 }]],
			},
			[NODE_NAME]: { ai_tool: [[{ node: 'AI Agent', type: 'ai_tool', index: 0 }]] },
		},
	};
}
