import type { IDataObject } from 'n8n-workflow';

import { describeSandbox } from '../../support/sandbox';
import type { PromptCalls } from '../../support/tool';
import { callWithPrompts } from '../../support/tool';

const node = describeSandbox({ plain: true });

const call = async (options: Omit<PromptCalls, 'sandbox'>) =>
	await callWithPrompts({ sandbox: node.sandbox, ...options });

const linksOf = (answer: string | undefined) =>
	(JSON.parse(answer ?? '[]') as IDataObject[]).map(({ imageUrl }) => imageUrl);
const made = () => node.sandbox.imageRequests.map(({ path }) => node.sandbox.imageUrl + path);

test('an agent that calls again after a failure gets the images that were paid for', async () => {
	node.sandbox.scriptImages(undefined, { status: 503 });

	const [first, second] = await call({
		prompts: [['a fox'], ['a fox']],
		parameters: { numberOfImages: 2 },
	});

	expect(first).toContain('Image 2 of 2: The image could not be fetched');
	expect(linksOf(second)).toHaveLength(2);
	expect(new Set(made())).toEqual(new Set(linksOf(second)));
	expect(node.sandbox.requests).toHaveLength(1);
	expect(node.sandbox.paidImages).toBe(2);
});

test('an agent that asks for the same again after a success gets new images', async () => {
	const answers = await call({ prompts: [['a fox'], ['a fox'], ['a hen']] });

	expect(new Set(answers.flatMap(linksOf)).size).toBe(3);
	expect(node.sandbox.paidImages).toBe(3);
});

test('success after a failure ends what was kept', async () => {
	node.sandbox.scriptImages({ status: 503 });

	const [first, second, third] = await call({ prompts: [['a fox'], ['a fox'], ['a fox']] });

	expect(first).toContain('could not be fetched');
	expect(linksOf(second)).toHaveLength(1);
	expect(linksOf(third)).toHaveLength(1);
	expect(linksOf(third)).not.toEqual(linksOf(second));
	expect(node.sandbox.paidImages).toBe(2);
});

test('calls with the same words at the same time get their own images', async () => {
	node.sandbox.latencyMs = 100;

	const answers = await call({ prompts: [['a fox', 'a fox', 'a fox']] });

	expect(answers.map((answer) => linksOf(answer).length)).toEqual([1, 1, 1]);
	expect(new Set(answers.flatMap(linksOf)).size).toBe(3);
	expect(node.sandbox.paidImages).toBe(3);
});

test("n8n's own tries of a tool do not buy again", async () => {
	node.sandbox.scriptImages({ status: 503 }, { status: 503 });

	const [answer] = await call({
		prompts: [['a fox']],
		node: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
	});

	expect(linksOf(answer)).toHaveLength(1);
	expect(node.sandbox.requests).toHaveLength(1);
	expect(node.sandbox.paidImages).toBe(1);
});

test('a request of unclear outcome is sent once with Max Retries 0, however often an agent asks', async () => {
	node.sandbox.always({ status: 504, charged: true });

	const answers = await call({ prompts: [['a fox'], ['a fox'], ['a fox'], ['a fox']] });

	for (const answer of answers) expect(answer).toContain('HTTP status 504');
	expect(node.sandbox.requests).toHaveLength(1);
	expect(node.sandbox.paidImages).toBe(1);
});
