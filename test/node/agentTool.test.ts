import type { IDataObject, INodeType } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { sandboxCredential } from '../support/account';
import { runWorkflow } from '../support/engine';
import { NODE_TYPE } from '../support/load';
import { sources } from '../support/node';
import { describeSandbox } from '../support/sandbox';
import { toolTwin } from '../support/tool';
import type { Tool } from '../support/tool';

const node = describeSandbox();

/** What an agent tells its model of a tool. */
interface DescribedTool extends Tool {
	name: string;
	description: string;
	schema: { shape: Record<string, { description?: string }> };
}

/** Calls its tool once with the arguments of its input item, as an agent does with those of its model. */
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
		const [tool] = (await this.getInputConnectionData(
			NodeConnectionTypes.AiTool,
			0,
		)) as DescribedTool[];
		if (!tool) throw new Error('No tool is connected');
		const json = this.getInputData()[0]?.json ?? {};
		const answer = await tool.invoke(json).catch((error: Error) => `failed: ${error.message}`);
		const { name, description, schema } = tool;
		return [[{ json: { answer, name, description, fields: Object.keys(schema.shape) } }]];
	},
};

async function callTool(args: IDataObject, parameters: IDataObject = {}) {
	const run = await runWorkflow({
		types: {
			...sources,
			nodes: { ...sources.nodes, [`${NODE_TYPE}Tool`]: toolTwin(), 'test.caller': caller },
		},
		workflow: {
			name: 'Agent',
			nodes: [
				['Trigger', 'n8n-nodes-base.manualTrigger', {}],
				['Caller', 'test.caller', {}],
				[
					'MiniMax Image',
					`${NODE_TYPE}Tool`,
					{
						prompt: "={{ $fromAI('Prompt', 'What the image should show', 'string') }}",
						numberOfImages: "={{ $fromAI('Number_of_Images', '', 'number') }}",
						options: { requestsPerMinute: 0 },
						...parameters,
					},
				],
			].map(([name, type, nodeParameters], index) => ({
				id: String(index),
				name: name as string,
				type: type as string,
				typeVersion: 1,
				position: [index * 200, 0],
				parameters: nodeParameters as Record<string, never>,
				credentials: { miniMaxImageApi: { id: '1', name: 'Sandbox' } },
			})),
			connections: {
				Trigger: { main: [[{ node: 'Caller', type: 'main', index: 0 }]] },
				'MiniMax Image': { ai_tool: [[{ node: 'Caller', type: 'ai_tool', index: 0 }]] },
			},
		},
		pinData: { Trigger: [{ json: args }] },
		credentials: sandboxCredential(node.sandbox),
	});
	return run.outputs('Caller')[0]?.[0]?.json ?? {};
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
