import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { describeSandbox } from '../support/sandbox';
import { callTool as callTools } from '../support/tool';

const node = describeSandbox();

/** Calls the tool once, as an agent does with the arguments of its model. */
async function callTool(args: IDataObject, parameters: INodeParameters = {}) {
	const [answer = {}] = await callTools({
		sandbox: node.sandbox,
		calls: [[args]],
		parameters: {
			numberOfImages: "={{ $fromAI('Number_of_Images', '', 'number') }}",
			options: { requestsPerMinute: 0 },
			...parameters,
		},
	});
	return answer;
}

test('an agent gets compact JSON with the link, although the images come as files', async () => {
	const { answer, fields } = await callTool({ Prompt: 'a lighthouse', Number_of_Images: 2 });

	expect(fields).toEqual(['Prompt', 'Number_of_Images']);
	const images = JSON.parse(String(answer)) as IDataObject[];
	expect(images).toHaveLength(2);
	expect(images[0]).toMatchObject({
		prompt: 'a lighthouse',
		imageIndex: 1,
		imageUrl: expect.stringMatching(/^http/),
		width: 1024,
	});
	expect(String(answer).length).toBeLessThan(2_000);
	expect(node.sandbox.requests[0]?.body).toMatchObject({ prompt: 'a lighthouse', n: 2 });
});

test('an agent gets a link for each image, whatever the options about files say', async () => {
	const { answer } = await callTool(
		{ Prompt: 'a lighthouse', Number_of_Images: 2 },
		{ options: { requestsPerMinute: 0, transfer: 'base64', outputItems: 'perRequest' } },
	);

	const image = {
		requestId: expect.any(String),
		imageUrl: expect.stringMatching(/^http/),
		expiresAt: expect.any(String),
		width: 1024,
		height: 1024,
		aspectRatio: '1:1',
		model: 'image-01',
		prompt: 'a lighthouse',
		successCount: 2,
		failedCount: 0,
	};
	expect(JSON.parse(String(answer))).toEqual([
		{ ...image, imageIndex: 1, fileName: 'lighthouse-1.jpg' },
		{ ...image, imageIndex: 2, fileName: 'lighthouse-2.jpg' },
	]);
	expect(node.sandbox.requests.map(({ body }) => body.response_format)).toEqual(['url']);
});

test('an agent is told what to correct', async () => {
	const { answer } = await callTool({ Prompt: 'a lighthouse', Number_of_Images: 12 });

	expect(answer).toContain('"Number of Images" is 12, but must be a whole number from 1 to 9');
	expect(node.sandbox.requests).toHaveLength(0);
});

test('an agent learns why an image was refused', async () => {
	const { answer } = await callTool({ Prompt: 'BLOCKED', Number_of_Images: 1 });

	expect(answer).toContain('MiniMax judged the prompt to be sensitive');
	expect(answer).toContain('Reword the prompt');
	expect(answer).not.toContain('[item');
});
