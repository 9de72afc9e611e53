import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Execution, SavedCredential, WorkflowFile } from '../host/rest';
import { describeAgent } from '../support/agent';
import { linksOf, TOOL } from '../support/agentSteps';
import type { Step } from '../support/chatDialect';
import { bytesOf } from '../support/examples';
import { startReceiver } from '../support/receiver';
import type { Receiver } from '../support/receiver';

const EXAMPLE = join(__dirname, '../../../examples/agent-to-telegram.json');
const TRIGGER = 'Telegram Trigger';
const agent = describeAgent();

/** Stands in place of Telegram, which n8n's own nodes talk to. */
let receiver: Receiver;
let telegram: SavedCredential;
beforeAll(async () => {
	receiver = await startReceiver();
	telegram = await agent.instance.rest.createCredential({
		name: 'Telegram account',
		type: 'telegramApi',
		data: { accessToken: '1234:token-of-the-bot', baseUrl: receiver.url },
	});
});
afterAll(async () => await receiver.close());
beforeEach(() => receiver.reset());

/** The example with our accounts, run as if somebody had written to the bot. */
async function write(text: string, ...steps: Step[]): Promise<Execution> {
	const { openAi, miniMax } = agent.parts;
	const ours = new Map([openAi, miniMax, telegram].map(({ type, ...rest }) => [type, rest]));
	const file = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as WorkflowFile;
	for (const { credentials = {} } of file.nodes) {
		for (const type of Object.keys(credentials)) {
			const { id = '', name = '' } = ours.get(type) ?? {};
			credentials[type] = { id, name };
		}
	}
	agent.model.script(...steps);
	const { rest } = agent.instance;
	const { id } = await rest.createWorkflow({
		...file,
		pinData: { [TRIGGER]: [{ json: { message: { text, chat: { id: 42 } } } }] },
	});
	return await rest.finished(await rest.run(id, TRIGGER));
}

const drawTwo: Step = {
	toolCalls: ['a fox', 'an owl'].map((Prompt) => ({
		name: TOOL,
		arguments: { Prompt, Aspect_Ratio: '16:9' },
	})),
};

test('the bot answers, and sends each picture of the agent as a file', async () => {
	const { status } = await write('A fox and an owl', drawTwo, { text: 'A fox & an owl <both>.' });

	expect(status).toBe('success');
	expect(agent.model.heard[0]?.messages.at(-1)).toEqual({ role: 'user', text: 'A fox and an owl' });
	expect(receiver.messages).toEqual([
		expect.objectContaining({ chat_id: 42, text: 'A fox &amp; an owl &lt;both>.' }),
	]);
	const links = linksOf(agent.lastHeard());
	expect(links).toHaveLength(2);
	const made = await Promise.all(links.map(bytesOf));
	expect(receiver.uploads.map(({ fields }) => fields.chat_id)).toEqual(['42', '42']);
	expect(receiver.uploads.map(({ files }) => files)).toEqual(
		made.map((bytes) => [
			{ field: 'photo', fileName: 'picture.jpg', mimeType: 'image/jpeg', bytes },
		]),
	);
	expect(agent.sandbox.requests).toHaveLength(2);
	expect(agent.sandbox.paidImages).toBe(2);
});

test('the bot answers in words alone when there is no picture', async () => {
	const drawBlocked: Step = {
		toolCalls: [{ name: TOOL, arguments: { Prompt: 'BLOCKED', Aspect_Ratio: '1:1' } }],
	};

	const { status } = await write('Something', drawBlocked, { text: 'That did not work.' });

	expect(status).toBe('success');
	expect(receiver.messages.map(({ text }) => text)).toEqual(['That did not work.']);
	expect(receiver.uploads).toEqual([]);
	expect(agent.sandbox.requests).toHaveLength(1);
});

test('the bot answers small talk without making a picture', async () => {
	const { status } = await write('Hello', { text: 'Hello!' });

	expect(status).toBe('success');
	expect(receiver.messages.map(({ text }) => text)).toEqual(['Hello!']);
	expect(receiver.uploads).toEqual([]);
	expect(agent.sandbox.requests).toEqual([]);
});
