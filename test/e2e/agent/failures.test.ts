import { readFileSync } from 'node:fs';

import { sandboxCredential } from '../../support/account';
import type { SavedCredential } from '../host/rest';
import { describeAgent, toolRuns } from '../support/agent';
import { apologize, draw, itemsOf, showLinks, streamed } from '../support/agentSteps';
import type { AgentOptions } from '../support/agentWorkflow';
import { toolAnswers } from '../support/chatDialect';
import { CREDENTIAL_TYPE } from '../support/instance';

const WRONG_KEY = 'wrong-key-0001';
const agent = describeAgent();

async function wrongCredential(): Promise<SavedCredential> {
	return await agent.instance.rest.createCredential({
		name: 'Wrong key',
		type: CREDENTIAL_TYPE,
		data: { ...sandboxCredential(agent.sandbox), apiKey: WRONG_KEY },
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
			/^"Prompt" has 2000 characters, but must be text of 1 to 1500 characters/,
			0,
		],
		['an empty prompt', ' ', /^"Prompt" is empty, but must be text of 1 to 1500 characters/, 0],
	];

	test.each(failures)(
		'the model is told about %s, and the agent goes on',
		async (_, prompt, error, requests) => {
			const { status, body, execution } = await agent.chat({}, draw(prompt), apologize);

			expect(itemsOf(agent.lastHeard())).toEqual([{ error: expect.stringMatching(error) }]);
			expect(toolAnswers(agent.lastHeard())[0]).not.toContain('[item');
			expect([status, body]).toEqual([200, JSON.stringify({ output: 'That did not work.' })]);
			expect(execution.status).toBe('success');
			expect(toolRuns(execution)[0]?.executionStatus).toBe('error');
			expect(agent.model.heard).toHaveLength(2);
			expect(agent.sandbox.requests).toHaveLength(requests);
			expect(agent.sandbox.paidImages).toBe(0);
		},
	);

	test('the model is told that the API key is wrong, and the agent goes on', async () => {
		const { status, execution } = await agent.chat(
			{ credential: await wrongCredential() },
			draw('a lighthouse'),
			apologize,
		);

		expect(itemsOf(agent.lastHeard())).toEqual([
			{
				error: expect.stringMatching(
					/^The API key was not accepted\. Ask whoever runs 127\.0\.0\.1:\d+ which key it wants, .*"API Key"/,
				),
			},
		]);
		expect(status).toBe(200);
		expect(execution.status).toBe('success');
		expect(agent.sandbox.requests).toHaveLength(1);
		expect(agent.sandbox.paidImages).toBe(0);
	});

	test('the model gets the link of a paid image that cannot be fetched', async () => {
		agent.sandbox.alwaysImages({ status: 404 });

		const { execution } = await agent.chat({}, draw('a lighthouse'), apologize);

		expect(itemsOf(agent.lastHeard())).toEqual([
			{
				error: expect.stringMatching(
					/^The image could not be fetched from its host [\d.:]+\. .*The image is paid for\./,
				),
			},
		]);
		expect(toolAnswers(agent.lastHeard())[0]).toContain(`${agent.sandbox.imageUrl}/`);
		expect(execution.status).toBe('success');
		expect(agent.sandbox.paidImages).toBe(1);
		expect(agent.sandbox.requests).toHaveLength(1);
	});

	test('of several images of which one cannot be fetched, the model gets all links', async () => {
		agent.sandbox.scriptImages({ status: 404 });

		await agent.chat({ tool: { numberOfImages: 3 } }, draw('a lighthouse'), apologize);

		const [answer] = toolAnswers(agent.lastHeard());
		for (const { path } of agent.sandbox.imageRequests)
			expect(answer).toContain(agent.sandbox.imageUrl + path);
		expect(agent.sandbox.paidImages).toBe(3);
	});

	describe('with On Error set to Continue', () => {
		const onError = 'continueRegularOutput';

		test('the model is also told what to do', async () => {
			await agent.chat({ onError }, draw('BLOCKED'), apologize);

			expect(itemsOf(agent.lastHeard())).toEqual([
				{
					error: 'MiniMax judged the prompt to be sensitive and made no image',
					errorDetails: {
						code: '1026',
						description: expect.stringMatching(/^Reword the prompt\. .*Code: 1026/),
						traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
					},
					prompt: 'BLOCKED',
				},
			]);
			expect(agent.sandbox.requests).toHaveLength(1);
		});

		test('the model gets the link of a paid image that cannot be fetched', async () => {
			agent.sandbox.alwaysImages({ status: 404 });

			const { body } = await agent.chat({ onError }, draw('a lighthouse'), showLinks);

			expect(itemsOf(agent.lastHeard())).toEqual([
				{
					error: expect.stringMatching(/^The image could not be fetched from its host [\d.:]+$/),
					errorDetails: {
						code: 'downloadFailed',
						description: expect.stringContaining('The image is paid for.'),
						traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
						imageUrl: expect.stringContaining(`${agent.sandbox.imageUrl}/`),
					},
					prompt: 'a lighthouse',
				},
			]);
			expect(body).toContain(`${agent.sandbox.imageUrl}/`);
			expect(agent.sandbox.requests).toHaveLength(1);
		});
	});

	test('the model hears nothing with On Error set to the error output, which a tool does not have', async () => {
		const { execution } = await agent.chat(
			{ onError: 'continueErrorOutput' },
			draw('BLOCKED'),
			apologize,
		);

		expect(toolAnswers(agent.lastHeard())).toEqual(['""']);
		expect(execution.status).toBe('success');
		expect(agent.sandbox.requests).toHaveLength(1);
	});

	test('the run ends with On Error set to Stop', async () => {
		const { status, execution } = await agent.chat({ onError: 'stopWorkflow' }, draw('BLOCKED'));

		expect(status).toBe(500);
		expect(execution.status).toBe('error');
		expect(execution.data.resultData.error?.message).toMatch(
			/^MiniMax judged the prompt to be sensitive and made no image\. Reword the prompt\. /,
		);
		expect(agent.model.heard).toHaveLength(1);
		expect(agent.sandbox.requests).toHaveLength(1);
	});

	test('a chat that is streamed shows the user the answer of the agent alone', async () => {
		const { body } = await agent.chat({ responseMode: 'streaming' }, draw('BLOCKED'), apologize);

		const said = streamed(body).flatMap(({ content }) => content ?? []);
		expect(said.join('')).toBe('That did not work.');
		expect(agent.sandbox.requests).toHaveLength(1);
	});
});

describe('secrets', () => {
	const situations: [string, () => Promise<AgentOptions>][] = [
		['after a success', async () => ({})],
		['with a key that is refused', async () => ({ credential: await wrongCredential() })],
		[
			'with words of the service that repeat the key',
			async () => {
				agent.sandbox.script({ code: 2013, message: `invalid key ${agent.sandbox.key}` });
				return {};
			},
		],
		[
			'after a failed download',
			async () => {
				agent.sandbox.alwaysImages({ status: 404 });
				return {};
			},
		],
	];

	test.each(situations)(
		'each key goes to its own service and nowhere else %s',
		async (_, prepare) => {
			const options = await prepare();
			const { body, execution } = await agent.chat(options, draw('a lighthouse'), apologize);

			const key = options.credential ? WRONG_KEY : agent.sandbox.key;
			expect(agent.sandbox.requests.map(({ headers }) => headers.authorization)).toEqual([
				`Bearer ${key}`,
			]);
			expect(agent.model.heard.map(({ authorization }) => authorization)).toEqual(
				Array(2).fill(`Bearer ${agent.model.key}`),
			);
			const texts = {
				model: agent.model.heard.map(({ raw }) => raw).join('\n'),
				miniMax: JSON.stringify(agent.sandbox.requests.map((request) => request.body)),
				user: body,
				execution: JSON.stringify(execution),
				log: readFileSync(agent.instance.n8n.log, 'utf8'),
			};
			expect(texts.model).toContain('a lighthouse');
			expect(texts.execution).toContain('a lighthouse');
			expect(texts.log).toContain('n8n ready');
			const found = Object.entries(texts).flatMap(([place, text]) =>
				[agent.sandbox.key, WRONG_KEY, agent.model.key]
					.filter((secret) => text.includes(secret))
					.map((secret) => `${secret} in ${place}`),
			);
			expect(found).toEqual([]);
		},
	);
});
