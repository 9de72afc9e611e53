import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { IDataObject, INode, INodeParameters, INodeTypeDescription } from 'n8n-workflow';
import sharp from 'sharp';

import { startSandbox } from '../sandbox';
import type { Sandbox } from '../sandbox';
import { sandboxCredential } from '../support/account';
import type { Execution, SavedCredential, SavedWorkflow, WorkflowFile } from './host/rest';
import { startChatModel, toolAnswers } from './support/chatModel';
import type { ChatModel, Heard, Step } from './support/chatModel';
import { createSandboxCredential, CREDENTIAL_TYPE, startInstance } from './support/instance';
import type { Instance } from './support/instance';
import { whenRegistered } from './support/until';

const EXAMPLE = join(__dirname, '../../examples/ai-agent.json');
const LANGCHAIN = '@n8n/n8n-nodes-langchain';
const CHAT_TRIGGER = `${LANGCHAIN}.chatTrigger`;
const AGENT = `${LANGCHAIN}.agent`;
const CHAT_MODEL = `${LANGCHAIN}.lmChatOpenAi`;
const NODE_NAME = 'MiniMax Image';
/** What n8n makes of the node's name for the model. */
const TOOL = 'MiniMax_Image';
const WRONG_KEY = 'wrong-key-0001';

let instance: Instance;
let sandbox: Sandbox;
let model: ChatModel;
let miniMax: SavedCredential;
let openAi: SavedCredential;
/** The newest version of each node that this n8n serves. */
let newest: (type: string) => number;
const cleanups: (() => Promise<void>)[] = [];

const startOwnSandbox = async () => {
	const started = await startSandbox({ key: 'minimax-key-0001' });
	cleanups.push(async () => await started.close());
	return started;
};

beforeAll(async () => {
	sandbox = await startOwnSandbox();
	model = await startChatModel();
	cleanups.push(async () => await model.close());
	instance = await startInstance();
	cleanups.push(async () => await instance.stop());
	miniMax = await createSandboxCredential(instance.rest, sandbox);
	openAi = await instance.rest.createCredential({
		name: 'OpenAI account',
		type: 'openAiApi',
		data: { apiKey: model.key, url: model.url, header: false },
	});
	const served = (await instance.rest.nodeTypes()) as unknown as INodeTypeDescription[];
	newest = (type) =>
		Math.max(...served.filter(({ name }) => name === type).flatMap(({ version }) => version));
});
afterAll(async () => {
	await Promise.all(cleanups.map(async (cleanup) => await cleanup()));
});
beforeEach(() => {
	sandbox.reset();
	model.reset();
});

/** A field that the model fills in, exactly as the editor's sparkle button writes it. */
const fromAi = (key: string, type: 'string' | 'number') =>
	`={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('${key}', \`\`, '${type}') }}`;

interface AgentOptions {
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

function agentWorkflow(options: AgentOptions): WorkflowFile {
	const { trigger, responseMode, responsesApi, credential = miniMax, onError } = options;
	const manual = 'n8n-nodes-base.manualTrigger';
	const nodes: [string, string, INodeParameters, Partial<INode>?][] = [
		trigger === 'manual'
			? ['Trigger', manual, {}]
			: ['Trigger', CHAT_TRIGGER, { public: true, options: responseMode ? { responseMode } : {} }],
		[
			'AI Agent',
			AGENT,
			trigger === 'manual' ? { promptType: 'define', text: 'A lighthouse, please' } : {},
		],
		[
			'OpenAI Chat Model',
			CHAT_MODEL,
			{
				model: { __rl: true, mode: 'list', value: 'gpt-5-mini' },
				...(responsesApi === false && { responsesApiEnabled: false }),
			},
			{ credentials: { [openAi.type]: openAi } },
		],
		[
			NODE_NAME,
			'n8n-nodes-minimax-image.miniMaxImageTool',
			{
				prompt: fromAi('Prompt', 'string'),
				options: { requestsPerMinute: 0, maxRetries: 0, ...options.toolOptions },
				...options.tool,
			},
			{ credentials: { [credential.type]: credential }, ...(onError && { onError }) },
		],
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

async function publish(workflow: WorkflowFile): Promise<SavedWorkflow> {
	const saved = await instance.rest.createWorkflow(workflow);
	await instance.rest.activate(saved);
	return saved;
}

/** Sends a message as n8n's chat page does, once the workflow is reachable, and waits for the whole answer. */
async function send(workflow: SavedWorkflow, chatInput: string, sessionId: string = randomUUID()) {
	const id = workflow.nodes.find(({ type }) => type === CHAT_TRIGGER)?.webhookId ?? '';
	const response = await whenRegistered(() =>
		fetch(`${instance.n8n.url}/webhook/${id}/chat`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ action: 'sendMessage', sessionId, chatInput }),
		}),
	);
	return { status: response.status, body: await response.text() };
}

async function lastExecution({ id }: SavedWorkflow): Promise<Execution> {
	const [last] = await instance.rest.executions(id);
	if (!last) throw new Error('The workflow was not executed');
	return await instance.rest.finished(last.id);
}

/** One message to an agent of its own, whose model follows a script. */
async function chat(options: AgentOptions, ...steps: Step[]) {
	model.script(...steps);
	const workflow = await publish(agentWorkflow(options));
	const { status, body } = await send(workflow, 'A lighthouse, please');
	return { workflow, status, body, execution: await lastExecution(workflow) };
}

const draw = (...prompts: string[]): Step => ({
	toolCalls: prompts.map((prompt) => ({ name: TOOL, arguments: { Prompt: prompt } })),
});

/** The items that tools have answered with, as a model would read them. */
const itemsOf = (heard: Heard) =>
	toolAnswers(heard).flatMap((answer) => JSON.parse(answer) as IDataObject[]);

const linksOf = (heard: Heard) => itemsOf(heard).map(({ imageUrl }) => String(imageUrl));

const showLinks: Step = (heard) => ({ text: `Here you are: ${linksOf(heard).join(' ')}` });

const apologize: Step = { text: 'That did not work.' };

/** What the model has heard last. */
function lastHeard(): Heard {
	const last = model.heard.at(-1);
	if (!last) throw new Error('The model was not asked');
	return last;
}

/** The JSON of an image, as the model gets it. */
const imageJson = (prompt: string, successCount = 1, imageIndex = 1) => ({
	requestId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
	imageIndex,
	imageUrl: expect.stringContaining(`${sandbox.imageUrl}/`) as string,
	expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
	width: 1024,
	height: 1024,
	model: 'image-01',
	prompt,
	successCount,
	failedCount: 0,
});

const without = (json: IDataObject, ...fields: string[]) =>
	Object.fromEntries(Object.entries(json).filter(([name]) => !fields.includes(name)));

const toolRuns = ({ data }: Execution) => data.resultData.runData[NODE_NAME] ?? [];

/** The lines of a chat that is streamed. */
const streamed = (body: string) =>
	body
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as { type: string; content?: string });

describe('a picture by way of a chat', () => {
	test('the model is shown one tool, whose only argument is the prompt', async () => {
		await chat({}, { text: 'What should it look like?' });

		expect(model.heard.map(({ tools }) => tools)).toEqual([
			[
				{
					name: TOOL,
					description: 'Make images from a prompt, or from a prompt and a portrait, with MiniMax',
					parameters: {
						$schema: 'http://json-schema.org/draft-07/schema#',
						type: 'object',
						properties: { Prompt: { type: 'string' } },
						required: ['Prompt'],
						additionalProperties: false,
					},
				},
			],
		]);
		expect(sandbox.requests).toHaveLength(0);
	});

	test('MiniMax gets exactly the prompt that the model chose, once', async () => {
		const prompt = 'A "lighthouse" at dusk \u2014 灯台 🌊\n{{ 1 + 1 }} $json.chatInput';

		await chat({}, draw(prompt), showLinks);

		expect(sandbox.requests.map(({ body }) => body.prompt)).toEqual([prompt]);
		expect(sandbox.paidImages).toBe(1);
	});

	test('the model gets compact JSON with the link, and no image', async () => {
		await chat({}, draw('a lighthouse'), showLinks);

		expect(model.heard).toHaveLength(2);
		const [answer = '', ...others] = toolAnswers(lastHeard());
		expect(others).toEqual([]);
		const items = JSON.parse(answer) as IDataObject[];
		expect(items).toEqual([imageJson('a lighthouse')]);
		expect(answer).toBe(JSON.stringify(items));
		expect(answer.length).toBeLessThan(2_000);
		expect(lastHeard().raw).not.toMatch(/[A-Za-z0-9+/=]{100}/);
		expect(sandbox.requests).toHaveLength(1);
	});

	test.each([
		['responses', 'lastNode'],
		['responses', 'streaming'],
		['completions', 'lastNode'],
		['completions', 'streaming'],
	] as const)(
		'the user gets a link that leads to the picture (%s, %s)',
		async (api, responseMode) => {
			const responsesApi = api === 'responses';
			const { body, execution } = await chat(
				{ responsesApi, responseMode },
				draw('a lighthouse'),
				showLinks,
			);

			const stream = responseMode === 'streaming';
			expect(model.heard.map((heard) => [heard.api, heard.stream])).toEqual([
				[api, stream],
				[api, stream],
			]);
			const [link = ''] = linksOf(lastHeard());
			const answer = stream
				? streamed(body)
						.map(({ content }) => content ?? '')
						.join('')
				: (JSON.parse(body) as { output: string }).output;
			expect(answer).toBe(`Here you are: ${link}`);
			const picture = Buffer.from(await (await fetch(link)).arrayBuffer());
			expect(await sharp(picture).metadata()).toMatchObject({ format: 'jpeg', width: 1024 });
			expect(execution.status).toBe('success');
			expect(sandbox.requests).toHaveLength(1);
			expect(sandbox.paidImages).toBe(1);
		},
	);

	test('an agent behind a manual trigger does the same', async () => {
		model.script(draw('a lighthouse'), showLinks);
		const { id } = await instance.rest.createWorkflow(agentWorkflow({ trigger: 'manual' }));

		const execution = await instance.rest.finished(await instance.rest.run(id, 'Trigger'));

		expect(execution.status).toBe('success');
		expect(execution.data.resultData.runData['AI Agent']?.at(-1)?.data?.main?.[0]).toEqual([
			{
				json: { output: `Here you are: ${linksOf(lastHeard())[0]}` },
				pairedItem: { item: 0 },
			},
		]);
		expect(sandbox.requests).toHaveLength(1);
	});
});

describe('the files of the images', () => {
	test('stay in the execution with Download Images on', async () => {
		const { execution } = await chat({}, draw('a lighthouse'), showLinks);

		const [run, ...others] = toolRuns(execution);
		expect(others).toEqual([]);
		const [item] = run?.data?.ai_tool?.[0] ?? [];
		expect(item?.json).toEqual(imageJson('a lighthouse'));
		const file = await instance.rest.binary(item?.binary?.data?.id ?? '');
		expect(await sharp(file).metadata()).toMatchObject({ format: 'jpeg', width: 1024 });
		const [answer] = execution.data.resultData.runData['AI Agent']?.at(-1)?.data?.main?.[0] ?? [];
		expect(answer).not.toHaveProperty('binary');
		expect(sandbox.imageRequests).toHaveLength(1);
	});

	test('are not fetched with Download Images off, and the model gets the link', async () => {
		const { status } = await chat(
			{ tool: { downloadImages: false } },
			draw('a lighthouse'),
			showLinks,
		);

		expect(status).toBe(200);
		expect(itemsOf(lastHeard())).toEqual([without(imageJson('a lighthouse'), 'width', 'height')]);
		expect(sandbox.imageRequests).toHaveLength(0);
		expect(sandbox.requests).toHaveLength(1);
	});

	test('leave the model without a link with Transfer set to Inline', async () => {
		const { status, execution } = await chat(
			{ toolOptions: { transfer: 'base64' } },
			draw('a lighthouse'),
			{ text: 'It is done.' },
		);

		expect(status).toBe(200);
		expect(itemsOf(lastHeard())).toEqual([
			without(imageJson('a lighthouse'), 'imageUrl', 'expiresAt'),
		]);
		expect(lastHeard().raw).not.toMatch(/[A-Za-z0-9+/=]{100}/);
		expect(toolRuns(execution)[0]?.data?.ai_tool?.[0]?.[0]?.binary?.data?.mimeType).toBe(
			'image/jpeg',
		);
		expect(sandbox.requests).toHaveLength(1);
	});

	test('do not break an agent whose model asks for nine', async () => {
		const { body } = await chat(
			{ tool: { numberOfImages: fromAi('Number_of_Images', 'number') } },
			{ toolCalls: [{ name: TOOL, arguments: { Prompt: 'a fleet', Number_of_Images: 9 } }] },
			showLinks,
		);

		const [answer = ''] = toolAnswers(lastHeard());
		expect(JSON.parse(answer)).toEqual(
			Array.from({ length: 9 }, (_, index) => imageJson('a fleet', 9, index + 1)),
		);
		expect(answer.length).toBeLessThan(4_000);
		expect(lastHeard().raw).not.toMatch(/[A-Za-z0-9+/=]{100}/);
		expect(new Set(linksOf(lastHeard())).size).toBe(9);
		expect(JSON.parse(body)).toEqual({
			output: `Here you are: ${linksOf(lastHeard()).join(' ')}`,
		});
		expect(sandbox.requests.map((request) => request.body.n)).toEqual([9]);
		expect(sandbox.paidImages).toBe(9);
	});

	test('are told in one item with One Item per Request', async () => {
		await chat(
			{ tool: { numberOfImages: 9 }, toolOptions: { outputItems: 'perRequest' } },
			draw('a fleet'),
			showLinks,
		);

		const [answer = ''] = toolAnswers(lastHeard());
		const shared = ['requestId', 'model', 'prompt', 'successCount', 'failedCount'];
		expect(JSON.parse(answer)).toEqual([
			{
				...imageJson('a fleet', 9),
				images: Array.from({ length: 9 }, (_, index) =>
					without(imageJson('a fleet', 9, index + 1), ...shared),
				),
			},
		]);
		expect(answer.length).toBeLessThan(3_500);
		expect(sandbox.requests).toHaveLength(1);
	});
});

describe('several calls', () => {
	test('two calls in one message of the model are two requests, each answered with its own link', async () => {
		const { execution } = await chat({}, draw('a cat', 'a dog'), showLinks);

		expect(itemsOf(lastHeard())).toEqual([imageJson('a cat'), imageJson('a dog')]);
		expect(new Set(linksOf(lastHeard())).size).toBe(2);
		const calls = lastHeard().messages.flatMap((message) =>
			message.role === 'user' || message.role === 'system' ? [] : [message],
		);
		expect(calls.map((message) => [message.role, 'id' in message && message.id])).toEqual([
			['call', 'call_1_0'],
			['tool', 'call_1_0'],
			['call', 'call_1_1'],
			['tool', 'call_1_1'],
		]);
		expect(sandbox.requests.map(({ body }) => body.prompt)).toEqual(['a cat', 'a dog']);
		expect(sandbox.paidImages).toBe(2);
		expect(toolRuns(execution)).toHaveLength(2);
		expect(model.heard).toHaveLength(2);
	});

	test('a call that fails does not take the one beside it along', async () => {
		const { status, execution } = await chat({}, draw('BLOCKED', 'a dog'), apologize);

		expect(status).toBe(200);
		expect(itemsOf(lastHeard())).toEqual([
			{ error: expect.stringMatching(/^MiniMax judged the prompt to be sensitive.*Reword/) },
			imageJson('a dog'),
		]);
		expect(toolRuns(execution).map(({ executionStatus }) => executionStatus)).toEqual([
			'error',
			'success',
		]);
		expect(sandbox.requests).toHaveLength(2);
		expect(sandbox.paidImages).toBe(1);
	});

	test('an agent that corrects its prompt gets its picture in the same run', async () => {
		const { execution, body } = await chat({}, draw('BLOCKED'), draw('a dove'), (heard) => ({
			text: linksOf(heard).slice(1).join(' '),
		}));

		expect(execution.status).toBe('success');
		expect(itemsOf(lastHeard())[1]).toEqual(imageJson('a dove'));
		expect(JSON.parse(body)).toEqual({ output: linksOf(lastHeard())[1] });
		expect(sandbox.requests.map((request) => request.body.prompt)).toEqual(['BLOCKED', 'a dove']);
		expect(sandbox.paidImages).toBe(1);
	});

	test('the same agent makes a new picture in its next run', async () => {
		const { workflow, body } = await chat({}, draw('a cat'), showLinks);
		model.script(draw('a cat'), showLinks);

		const again = await send(workflow, 'And another one');

		expect(again.status).toBe(200);
		expect(again.body).not.toBe(body);
		expect(model.heard.map(({ messages }) => messages.length)).toEqual([1, 3, 1, 3]);
		expect(itemsOf(lastHeard())).toEqual([imageJson('a cat')]);
		expect(sandbox.requests).toHaveLength(2);
		expect(sandbox.paidImages).toBe(2);
	});

	test('two users at once each get their own picture', async () => {
		const answer: Step = (heard) => {
			const [wish] = heard.messages;
			const drawn = linksOf(heard).join(' ');
			if (drawn) return { text: `${itemsOf(heard)[0]?.prompt as string}: ${drawn}` };
			return {
				toolCalls: [{ name: TOOL, arguments: { Prompt: wish && 'text' in wish && wish.text } }],
			};
		};
		model.script(answer, answer, answer, answer);
		const workflow = await publish(agentWorkflow({}));

		const answers = await Promise.all(
			['a cat', 'a dog'].map(async (wish) => await send(workflow, wish)),
		);

		expect(answers.map(({ body }) => (JSON.parse(body) as { output: string }).output)).toEqual([
			expect.stringContaining('a cat: http'),
			expect.stringContaining('a dog: http'),
		]);
		expect(new Set(sandbox.requests.map(({ body }) => body.prompt))).toEqual(
			new Set(['a cat', 'a dog']),
		);
		expect(sandbox.requests).toHaveLength(2);
	});
});

async function wrongCredential(): Promise<SavedCredential> {
	return await instance.rest.createCredential({
		name: 'Wrong key',
		type: CREDENTIAL_TYPE,
		data: { ...sandboxCredential(sandbox), apiKey: WRONG_KEY },
	});
}

describe('a call that fails', () => {
	/** n8n hands nothing but the message of an error to the model, so all that it tells is there. */
	const failures: [string, string, RegExp, number][] = [
		[
			'a blocked prompt',
			'BLOCKED',
			/^MiniMax judged the prompt to be sensitive and made no image\. Reword the prompt\. .*Code: 1026/,
			1,
		],
		[
			'a prompt that is too long',
			'x'.repeat(2_000),
			/^Prompt has 2000 characters, but must be text of 1 to 1500 characters/,
			0,
		],
		['an empty prompt', ' ', /^Prompt is empty, but must be text of 1 to 1500 characters/, 0],
	];

	test.each(failures)(
		'the model is told about %s, and the agent goes on',
		async (_, prompt, error, requests) => {
			const { status, body, execution } = await chat({}, draw(prompt), apologize);

			expect(itemsOf(lastHeard())).toEqual([{ error: expect.stringMatching(error) }]);
			expect(toolAnswers(lastHeard())[0]).not.toContain('[item');
			expect([status, body]).toEqual([200, JSON.stringify({ output: 'That did not work.' })]);
			expect(execution.status).toBe('success');
			expect(toolRuns(execution)[0]?.executionStatus).toBe('error');
			expect(model.heard).toHaveLength(2);
			expect(sandbox.requests).toHaveLength(requests);
			expect(sandbox.paidImages).toBe(0);
		},
	);

	test('the model is told that the API key is wrong, and the agent goes on', async () => {
		const { status, execution } = await chat(
			{ credential: await wrongCredential() },
			draw('a lighthouse'),
			apologize,
		);

		expect(itemsOf(lastHeard())).toEqual([
			{
				error: expect.stringMatching(
					/^MiniMax did not accept the API key: it belongs to another region, or is wrong\. .*Region/,
				),
			},
		]);
		expect(status).toBe(200);
		expect(execution.status).toBe('success');
		expect(sandbox.requests).toHaveLength(1);
		expect(sandbox.paidImages).toBe(0);
	});

	test('the model gets the link of a paid image that cannot be fetched', async () => {
		sandbox.alwaysImages({ status: 404 });

		const { execution } = await chat({}, draw('a lighthouse'), apologize);

		expect(itemsOf(lastHeard())).toEqual([
			{
				error: expect.stringMatching(
					/^Image 1 of 1: The image could not be fetched from its host\. .*The image is paid for\./,
				),
			},
		]);
		expect(toolAnswers(lastHeard())[0]).toContain(`${sandbox.imageUrl}/`);
		expect(execution.status).toBe('success');
		expect(sandbox.paidImages).toBe(1);
		expect(sandbox.requests).toHaveLength(1);
	});

	test('of several images of which one cannot be fetched, the model gets all links', async () => {
		sandbox.scriptImages({ status: 404 });

		await chat({ tool: { numberOfImages: 3 } }, draw('a lighthouse'), apologize);

		const [answer] = toolAnswers(lastHeard());
		for (const { path } of sandbox.imageRequests) expect(answer).toContain(sandbox.imageUrl + path);
		expect(sandbox.paidImages).toBe(3);
	});

	describe('with On Error set to Continue', () => {
		const onError = 'continueRegularOutput';

		test('the model is also told what to do', async () => {
			await chat({ onError }, draw('BLOCKED'), apologize);

			expect(itemsOf(lastHeard())).toEqual([
				{
					error: 'MiniMax judged the prompt to be sensitive and made no image',
					description: expect.stringMatching(/^Reword the prompt\. .*Code: 1026/),
					code: '1026',
					traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
				},
			]);
			expect(sandbox.requests).toHaveLength(1);
		});

		test('the model gets the link of a paid image that cannot be fetched', async () => {
			sandbox.alwaysImages({ status: 404 });

			const { body } = await chat({ onError }, draw('a lighthouse'), showLinks);

			expect(itemsOf(lastHeard())).toEqual([
				expect.objectContaining({
					error: 'Image 1 of 1: The image could not be fetched from its host',
					code: 'downloadFailed',
					imageUrl: expect.stringContaining(`${sandbox.imageUrl}/`),
				}),
			]);
			expect(body).toContain(`${sandbox.imageUrl}/`);
			expect(sandbox.requests).toHaveLength(1);
		});
	});

	test('the model hears nothing with On Error set to the error output, which a tool does not have', async () => {
		const { execution } = await chat(
			{ onError: 'continueErrorOutput' },
			draw('BLOCKED'),
			apologize,
		);

		expect(toolAnswers(lastHeard())).toEqual(['""']);
		expect(execution.status).toBe('success');
		expect(sandbox.requests).toHaveLength(1);
	});

	test('the run ends with On Error set to Stop', async () => {
		const { status, execution } = await chat({ onError: 'stopWorkflow' }, draw('BLOCKED'));

		expect(status).toBe(500);
		expect(execution.status).toBe('error');
		expect(execution.data.resultData.error?.message).toMatch(
			/^MiniMax judged the prompt to be sensitive and made no image\. Reword the prompt\. /,
		);
		expect(model.heard).toHaveLength(1);
		expect(sandbox.requests).toHaveLength(1);
	});

	test('a chat that is streamed shows the user the answer of the agent alone', async () => {
		const { body } = await chat({ responseMode: 'streaming' }, draw('BLOCKED'), apologize);

		const said = streamed(body).flatMap(({ content }) => content ?? []);
		expect(said.join('')).toBe('That did not work.');
		expect(sandbox.requests).toHaveLength(1);
	});
});

describe('secrets', () => {
	const situations: [string, () => Promise<AgentOptions>][] = [
		['after a success', async () => ({})],
		['with a key that is refused', async () => ({ credential: await wrongCredential() })],
		[
			'with words of the service that repeat the key',
			async () => {
				sandbox.script({ code: 2013, message: `invalid key ${sandbox.key}` });
				return {};
			},
		],
		[
			'after a failed download',
			async () => {
				sandbox.alwaysImages({ status: 404 });
				return {};
			},
		],
	];

	test.each(situations)(
		'each key goes to its own service and nowhere else %s',
		async (_, prepare) => {
			const options = await prepare();
			const { body, execution } = await chat(options, draw('a lighthouse'), apologize);

			const key = options.credential ? WRONG_KEY : sandbox.key;
			expect(sandbox.requests.map(({ headers }) => headers.authorization)).toEqual([
				`Bearer ${key}`,
			]);
			expect(model.heard.map(({ authorization }) => authorization)).toEqual(
				Array(2).fill(`Bearer ${model.key}`),
			);
			const texts = {
				model: model.heard.map(({ raw }) => raw).join('\n'),
				miniMax: JSON.stringify(sandbox.requests.map((request) => request.body)),
				user: body,
				execution: JSON.stringify(execution),
				log: readFileSync(instance.n8n.log, 'utf8'),
			};
			expect(texts.model).toContain('a lighthouse');
			expect(texts.execution).toContain('a lighthouse');
			expect(texts.log).toContain('n8n ready');
			const found = Object.entries(texts).flatMap(([place, text]) =>
				[sandbox.key, WRONG_KEY, model.key]
					.filter((secret) => text.includes(secret))
					.map((secret) => `${secret} in ${place}`),
			);
			expect(found).toEqual([]);
		},
	);
});

/** Ours in place of those that a file names. */
const pick = (ours: SavedCredential[], named: object) =>
	Object.fromEntries(
		ours.filter(({ type }) => type in named).map((credential) => [credential.type, credential]),
	);

describe('the example workflow', () => {
	let own: Sandbox;
	let workflow: SavedWorkflow;
	beforeAll(async () => {
		// An account of its own: the example keeps to the default rate.
		own = await startOwnSandbox();
		const ours = [openAi, await createSandboxCredential(instance.rest, own, 'Example account')];
		const file = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as WorkflowFile;
		workflow = await publish({
			...file,
			nodes: file.nodes.map((node) => ({
				...node,
				...(node.credentials && { credentials: pick(ours, node.credentials) }),
				// As its note says, for a chat outside the editor.
				...(node.type === CHAT_TRIGGER && { parameters: { ...node.parameters, public: true } }),
			})),
		});
	});
	beforeEach(() => own.reset());

	const drawIn = (ratio: string): Step => ({
		toolCalls: [{ name: TOOL, arguments: { Prompt: 'a summer party', Aspect_Ratio: ratio } }],
	});

	test('shows the picture, and remembers it in the same conversation', async () => {
		const session = randomUUID();
		model.script(drawIn('16:9'), (heard) => ({ text: `![A party](${linksOf(heard)[0]})` }), {
			text: 'You are welcome.',
		});

		const first = await send(workflow, 'A poster for our summer party, please', session);
		const [, answered] = model.heard;
		const second = await send(workflow, 'Thank you', session);

		const link = answered ? linksOf(answered)[0] : '';
		expect(link).toContain(`${own.imageUrl}/`);
		expect(JSON.parse(first.body)).toEqual({ output: `![A party](${link})` });
		expect(JSON.parse(second.body)).toEqual({ output: 'You are welcome.' });
		expect(lastHeard().messages).toContainEqual({
			role: 'assistant',
			text: `![A party](${link})`,
		});
		expect(own.requests.map(({ body }) => body)).toEqual([
			{
				model: 'image-01',
				prompt: 'a summer party',
				aspect_ratio: '16:9',
				n: 1,
				response_format: 'url',
			},
		]);
		expect(own.paidImages).toBe(1);
		expect(own.imageRequests).toHaveLength(0);
	});

	test('tells the model which ratios there are when it chooses another', async () => {
		model.script(drawIn('panorama'), apologize);

		const { status } = await send(workflow, 'A poster, very wide');

		expect(status).toBe(200);
		expect(itemsOf(lastHeard())).toEqual([
			{
				error:
					'"Aspect Ratio" is "panorama", but must be one of: 1:1, 16:9, 4:3, 3:2, 2:3, 3:4, 9:16, 21:9, custom',
			},
		]);
		expect(own.requests).toHaveLength(0);
	});

	test('asks the model for nothing but prompt and ratio', async () => {
		model.script({ text: 'Hello!' });

		await send(workflow, 'Hello');

		expect(lastHeard().tools.map(({ name, parameters }) => ({ name, parameters }))).toEqual([
			{
				name: TOOL,
				parameters: expect.objectContaining({
					properties: {
						Prompt: { type: 'string' },
						Aspect_Ratio: {
							type: 'string',
							description: 'One of 1:1, 16:9, 4:3, 3:2, 2:3, 3:4, 9:16, 21:9',
						},
					},
					required: ['Prompt', 'Aspect_Ratio'],
				}) as object,
			},
		]);
		expect(own.requests).toHaveLength(0);
	});
});
