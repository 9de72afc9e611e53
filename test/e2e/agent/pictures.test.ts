import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';

import { describeAgent, toolRuns } from '../support/agent';
import { draw, itemsOf, linksOf, showLinks, streamed, TOOL } from '../support/agentSteps';
import { fromAi } from '../support/agentWorkflow';
import { toolAnswers } from '../support/chatDialect';

const agent = describeAgent();

const without = (json: IDataObject, ...fields: string[]) =>
	Object.fromEntries(Object.entries(json).filter(([name]) => !fields.includes(name)));

describe('a picture by way of a chat', () => {
	test('the model is shown one tool, whose only argument is the prompt', async () => {
		await agent.chat({}, { text: 'What should it look like?' });

		expect(agent.model.heard.map(({ tools }) => tools)).toEqual([
			[
				{
					name: TOOL,
					description: expect.stringMatching(
						/one prompt .* links\. Each image is charged\.$/,
					) as string,
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
		expect(agent.sandbox.requests).toHaveLength(0);
	});

	test('MiniMax gets exactly the prompt that the model chose, once', async () => {
		const prompt = 'A "lighthouse" at dusk \u2014 灯台 🌊\n{{ 1 + 1 }} $json.chatInput';

		await agent.chat({}, draw(prompt), showLinks);

		expect(agent.sandbox.requests.map(({ body }) => body.prompt)).toEqual([prompt]);
		expect(agent.sandbox.paidImages).toBe(1);
	});

	test('the model gets compact JSON with the link, and no image', async () => {
		await agent.chat({}, draw('a lighthouse'), showLinks);

		expect(agent.model.heard).toHaveLength(2);
		const [answer = '', ...others] = toolAnswers(agent.lastHeard());
		expect(others).toEqual([]);
		const items = JSON.parse(answer) as IDataObject[];
		expect(items).toEqual([agent.imageJson('a lighthouse')]);
		expect(answer).toBe(JSON.stringify(items));
		expect(answer.length).toBeLessThan(2_000);
		expect(agent.lastHeard().raw).not.toMatch(/[A-Za-z0-9+/=]{100}/);
		expect(agent.sandbox.requests).toHaveLength(1);
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
			const { body, execution } = await agent.chat(
				{ responsesApi, responseMode },
				draw('a lighthouse'),
				showLinks,
			);

			const stream = responseMode === 'streaming';
			expect(agent.model.heard.map((heard) => [heard.api, heard.stream])).toEqual([
				[api, stream],
				[api, stream],
			]);
			const [link = ''] = linksOf(agent.lastHeard());
			const answer = stream
				? streamed(body)
						.map(({ content }) => content ?? '')
						.join('')
				: (JSON.parse(body) as { output: string }).output;
			expect(answer).toBe(`Here you are: ${link}`);
			const picture = Buffer.from(await (await fetch(link)).arrayBuffer());
			expect(await sharp(picture).metadata()).toMatchObject({ format: 'jpeg', width: 1024 });
			expect(execution.status).toBe('success');
			expect(agent.sandbox.requests).toHaveLength(1);
			expect(agent.sandbox.paidImages).toBe(1);
		},
	);

	test('an agent behind a manual trigger does the same', async () => {
		agent.model.script(draw('a lighthouse'), showLinks);
		const { id } = await agent.instance.rest.createWorkflow(agent.workflow({ trigger: 'manual' }));

		const execution = await agent.instance.rest.finished(
			await agent.instance.rest.run(id, 'Trigger'),
		);

		expect(execution.status).toBe('success');
		expect(execution.data.resultData.runData['AI Agent']?.at(-1)?.data?.main?.[0]).toEqual([
			{
				json: { output: `Here you are: ${linksOf(agent.lastHeard())[0]}` },
				pairedItem: { item: 0 },
			},
		]);
		expect(agent.sandbox.requests).toHaveLength(1);
	});
});

describe('the files of the images', () => {
	test('stay in the execution with Download Images on', async () => {
		const { execution } = await agent.chat({}, draw('a lighthouse'), showLinks);

		const [run, ...others] = toolRuns(execution);
		expect(others).toEqual([]);
		const [item] = run?.data?.ai_tool?.[0] ?? [];
		expect(item?.json).toEqual(agent.imageJson('a lighthouse'));
		const file = await agent.instance.rest.binary(item?.binary?.data?.id ?? '');
		expect(await sharp(file).metadata()).toMatchObject({ format: 'jpeg', width: 1024 });
		const [answer] = execution.data.resultData.runData['AI Agent']?.at(-1)?.data?.main?.[0] ?? [];
		expect(answer).not.toHaveProperty('binary');
		expect(agent.sandbox.imageRequests).toHaveLength(1);
	});

	test('are not fetched with Download Images off, and the model gets the link', async () => {
		const { status } = await agent.chat(
			{ tool: { downloadImages: false } },
			draw('a lighthouse'),
			showLinks,
		);

		expect(status).toBe(200);
		expect(itemsOf(agent.lastHeard())).toEqual([
			without(agent.imageJson('a lighthouse'), 'fileName', 'width', 'height'),
		]);
		expect(agent.sandbox.imageRequests).toHaveLength(0);
		expect(agent.sandbox.requests).toHaveLength(1);
	});

	test('come as a link each, whatever the options about files say', async () => {
		const { status } = await agent.chat(
			{
				tool: { numberOfImages: 2 },
				toolOptions: { transfer: 'base64', outputItems: 'perRequest' },
			},
			draw('a lighthouse'),
			showLinks,
		);

		expect(status).toBe(200);
		expect(itemsOf(agent.lastHeard())).toEqual([
			agent.imageJson('a lighthouse', 2, 1),
			agent.imageJson('a lighthouse', 2, 2),
		]);
		expect(agent.lastHeard().raw).not.toMatch(/[A-Za-z0-9+/=]{100}/);
		expect(agent.sandbox.requests.map(({ body }) => body.response_format)).toEqual(['url']);
	});

	test('do not break an agent whose model asks for nine', async () => {
		const { body } = await agent.chat(
			{ tool: { numberOfImages: fromAi('Number_of_Images', 'number') } },
			{ toolCalls: [{ name: TOOL, arguments: { Prompt: 'a fleet', Number_of_Images: 9 } }] },
			showLinks,
		);

		const [answer = ''] = toolAnswers(agent.lastHeard());
		expect(JSON.parse(answer)).toEqual(
			Array.from({ length: 9 }, (_, index) => agent.imageJson('a fleet', 9, index + 1)),
		);
		expect(answer.length).toBeLessThan(4_000);
		expect(agent.lastHeard().raw).not.toMatch(/[A-Za-z0-9+/=]{100}/);
		expect(new Set(linksOf(agent.lastHeard())).size).toBe(9);
		expect(JSON.parse(body)).toEqual({
			output: `Here you are: ${linksOf(agent.lastHeard()).join(' ')}`,
		});
		expect(agent.sandbox.requests.map((request) => request.body.n)).toEqual([9]);
		expect(agent.sandbox.paidImages).toBe(9);
	});
});
