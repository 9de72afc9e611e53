import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Sandbox } from '../../sandbox';
import type { SavedCredential, SavedWorkflow, WorkflowFile } from '../host/rest';
import { describeAgent, toolRuns } from '../support/agent';
import { apologize, draw, itemsOf, linksOf, showLinks, TOOL } from '../support/agentSteps';
import { CHAT_TRIGGER } from '../support/agentWorkflow';
import type { Step } from '../support/chatDialect';
import { createSandboxCredential } from '../support/instance';

const EXAMPLE = join(__dirname, '../../../examples/ai-agent.json');
const agent = describeAgent();

describe('several calls', () => {
	test('two calls in one message of the model are two requests, each answered with its own link', async () => {
		const { execution } = await agent.chat({}, draw('a cat', 'a dog'), showLinks);

		expect(itemsOf(agent.lastHeard())).toEqual([
			agent.imageJson('a cat'),
			agent.imageJson('a dog'),
		]);
		expect(new Set(linksOf(agent.lastHeard())).size).toBe(2);
		const calls = agent
			.lastHeard()
			.messages.flatMap((message) =>
				message.role === 'user' || message.role === 'system' ? [] : [message],
			);
		expect(calls.map((message) => [message.role, 'id' in message && message.id])).toEqual([
			['call', 'call_1_0'],
			['tool', 'call_1_0'],
			['call', 'call_1_1'],
			['tool', 'call_1_1'],
		]);
		expect(agent.sandbox.requests.map(({ body }) => body.prompt)).toEqual(['a cat', 'a dog']);
		expect(agent.sandbox.paidImages).toBe(2);
		expect(toolRuns(execution)).toHaveLength(2);
		expect(agent.model.heard).toHaveLength(2);
	});

	test('a call that fails does not take the one beside it along', async () => {
		const { status, execution } = await agent.chat({}, draw('BLOCKED', 'a dog'), apologize);

		expect(status).toBe(200);
		expect(itemsOf(agent.lastHeard())).toEqual([
			{ error: expect.stringMatching(/^MiniMax judged the prompt to be sensitive.*Reword/) },
			agent.imageJson('a dog'),
		]);
		expect(toolRuns(execution).map(({ executionStatus }) => executionStatus)).toEqual([
			'error',
			'success',
		]);
		expect(agent.sandbox.requests).toHaveLength(2);
		expect(agent.sandbox.paidImages).toBe(1);
	});

	test('an agent that corrects its prompt gets its picture in the same run', async () => {
		const { execution, body } = await agent.chat({}, draw('BLOCKED'), draw('a dove'), (heard) => ({
			text: linksOf(heard).slice(1).join(' '),
		}));

		expect(execution.status).toBe('success');
		expect(itemsOf(agent.lastHeard())[1]).toEqual(agent.imageJson('a dove'));
		expect(JSON.parse(body)).toEqual({ output: linksOf(agent.lastHeard())[1] });
		expect(agent.sandbox.requests.map((request) => request.body.prompt)).toEqual([
			'BLOCKED',
			'a dove',
		]);
		expect(agent.sandbox.paidImages).toBe(1);
	});

	test('the same agent makes a new picture in its next run', async () => {
		const { workflow, body } = await agent.chat({}, draw('a cat'), showLinks);
		agent.model.script(draw('a cat'), showLinks);

		const again = await agent.send(workflow, 'And another one');

		expect(again.status).toBe(200);
		expect(again.body).not.toBe(body);
		expect(agent.model.heard.map(({ messages }) => messages.length)).toEqual([1, 3, 1, 3]);
		expect(itemsOf(agent.lastHeard())).toEqual([agent.imageJson('a cat')]);
		expect(agent.sandbox.requests).toHaveLength(2);
		expect(agent.sandbox.paidImages).toBe(2);
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
		agent.model.script(answer, answer, answer, answer);
		const workflow = await agent.publish(agent.workflow({}));

		const answers = await Promise.all(
			['a cat', 'a dog'].map(async (wish) => await agent.send(workflow, wish)),
		);

		expect(answers.map(({ body }) => (JSON.parse(body) as { output: string }).output)).toEqual([
			expect.stringContaining('a cat: http'),
			expect.stringContaining('a dog: http'),
		]);
		expect(new Set(agent.sandbox.requests.map(({ body }) => body.prompt))).toEqual(
			new Set(['a cat', 'a dog']),
		);
		expect(agent.sandbox.requests).toHaveLength(2);
	});
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
		own = await agent.startSandbox();
		const ours = [
			agent.parts.openAi,
			await createSandboxCredential(agent.instance.rest, own, 'Example account'),
		];
		const file = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as WorkflowFile;
		workflow = await agent.publish({
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
		agent.model.script(drawIn('16:9'), (heard) => ({ text: `![A party](${linksOf(heard)[0]})` }), {
			text: 'You are welcome.',
		});

		const first = await agent.send(workflow, 'A poster for our summer party, please', session);
		const [, answered] = agent.model.heard;
		const second = await agent.send(workflow, 'Thank you', session);

		const link = answered ? linksOf(answered)[0] : '';
		expect(link).toContain(`${own.imageUrl}/`);
		expect(JSON.parse(first.body)).toEqual({ output: `![A party](${link})` });
		expect(JSON.parse(second.body)).toEqual({ output: 'You are welcome.' });
		expect(agent.lastHeard().messages).toContainEqual({
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
		agent.model.script(drawIn('panorama'), apologize);

		const { status } = await agent.send(workflow, 'A poster, very wide');

		expect(status).toBe(200);
		expect(itemsOf(agent.lastHeard())).toEqual([
			{
				error:
					'"Aspect Ratio" is "panorama", but must be one of: 1:1, 16:9, 4:3, 3:2, 2:3, 3:4, 9:16, 21:9, custom. If it comes from a sheet, format the column as plain text.',
			},
		]);
		expect(own.requests).toHaveLength(0);
	});

	test('asks the model for nothing but prompt and ratio', async () => {
		agent.model.script({ text: 'Hello!' });

		await agent.send(workflow, 'Hello');

		expect(agent.lastHeard().tools.map(({ name, parameters }) => ({ name, parameters }))).toEqual([
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
