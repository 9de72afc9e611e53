import omit from 'lodash/omit';
import type { INodeTypeDescription } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { exampleFiles } from '../start/examples';
import {
	bytesOf,
	CLICK,
	describeExamples,
	MINIMAX,
	outputsOf,
	promptsOf,
	sizeOf,
} from '../support/examples';
import { until, whenRegistered } from '../support/until';

/** Sends a form as n8n's page does, and returns the page at the end. */
async function submitForm(url: string, body: FormData): Promise<string> {
	const sent = await whenRegistered(() => fetch(url, { method: 'POST', body }));
	const { formWaitingUrl } = (await sent.json()) as { formWaitingUrl: string };
	const status = new URL(formWaitingUrl);
	status.pathname += '/n8n-execution-status';
	await until(
		'the form has come to its end',
		async () => (await (await fetch(status)).text()) === 'form-waiting',
	);
	return await (await fetch(formWaitingUrl)).text();
}

describeExamples((n8n) => {
	test.each(exampleFiles())('%s is imported without warnings, and stays as it is', async (file) => {
		const workflow = n8n.example(file);
		const types = (await n8n.rest.nodeTypes()) as unknown as INodeTypeDescription[];

		for (const node of workflow.nodes) {
			const versions = types.filter(({ name }) => name === node.type);
			const type = versions.find(({ version }) => [version].flat().includes(node.typeVersion));
			if (!type) throw new Error(`n8n has no ${node.type} ${node.typeVersion}`);
			expect(type.hidden).not.toBe(true);
			const newest = Math.max(...versions.flatMap(({ version }) => version));
			expect([node.name, node.typeVersion]).toEqual([node.name, newest]);
			const parameters =
				NodeHelpers.getNodeParameters(type.properties, node.parameters, true, false, node, type) ??
				{};
			const issues = NodeHelpers.getNodeParametersIssues(
				type.properties,
				{ ...node, parameters },
				type,
			);
			expect([node.name, issues]).toEqual([node.name, null]);
		}

		const created = await n8n.rest.createWorkflow(workflow);
		const saved = await n8n.rest.saveWorkflow(await n8n.rest.workflow(created.id));
		const { nodes, connections, pinData } = await n8n.rest.workflow(saved.id);
		// n8n gives an address of its own to nodes that listen.
		const ours = nodes.map((node) => omit(node, 'webhookId'));
		expect({ nodes: ours, connections, pinData }).toEqual({
			nodes: workflow.nodes,
			connections: workflow.connections,
			pinData: workflow.pinData,
		});
	});

	test('text to image: one click makes two pictures', async () => {
		const execution = await n8n.run(n8n.example('text-to-image.json'), CLICK);

		const [items = []] = outputsOf(execution, MINIMAX);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }]);
		for (const bytes of await n8n.filesOf(items)) {
			expect(await sizeOf(bytes)).toEqual({ format: 'jpeg', width: 1280, height: 720 });
		}
		expect(n8n.sandbox.requests).toHaveLength(1);
	});

	test('text to image: a key that is refused stops the run with what to do', async () => {
		n8n.sandbox.always({ code: 1008 });

		const execution = await n8n.run(n8n.example('text-to-image.json'), CLICK);

		expect(execution.status).toBe('error');
		expect(execution.data.resultData.error).toMatchObject({
			message: expect.stringMatching(/balance.*\[item 0\]$/),
			description: expect.stringContaining('Code: 1008'),
		});
		expect(n8n.sandbox.requests).toHaveLength(1);
	});

	test('portrait in scenes: each scene is paired with its row', async () => {
		const workflow = n8n.example('portrait-in-scenes.json');
		const execution = await n8n.run(workflow, CLICK);

		const rows = workflow.pinData?.[CLICK] ?? [];
		const [items = []] = outputsOf(execution, MINIMAX);
		expect(promptsOf(items)).toEqual(rows.map(({ json }) => json.scene));
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(rows.map((_, item) => ({ item })));
		expect(await n8n.filesOf(items)).toHaveLength(rows.length);
		expect(n8n.sandbox.requests).toHaveLength(rows.length);
	});

	test('table of prompts: a row that is refused goes its own way', async () => {
		const workflow = n8n.example('table-of-prompts.json');
		const [first, second, ...others] = workflow.pinData?.[CLICK] ?? [];
		if (!first || !second) throw new Error('The table is empty');
		const blocked = { json: { ...second.json, prompt: 'BLOCKED' } };
		workflow.pinData = { [CLICK]: [first, blocked, ...others] };

		const execution = await n8n.run(workflow, CLICK);

		expect(execution.status).toBe('success');
		const [images = []] = outputsOf(execution, 'Images');
		expect(promptsOf(images)).toEqual(
			[first, ...others].flatMap(({ json }) =>
				Array<unknown>(Number(json.images)).fill(json.prompt),
			),
		);
		await n8n.filesOf(images);
		const [failed = []] = outputsOf(execution, 'Failed rows');
		expect(failed.map(({ json }) => json)).toEqual([
			expect.objectContaining({
				...blocked.json,
				error: 'MiniMax judged the prompt to be sensitive and made no image',
			}),
		]);
	});

	describe('form to picture', () => {
		test('the answer page shows the picture', async () => {
			const page = await n8n.whilePublished(n8n.example('form-to-picture.json'), async () => {
				const form = new FormData();
				form.set('field-0', 'A "red" fox <in> snow');
				form.set('field-1', '16:9');
				return await submitForm(`${n8n.url}/form/minimax-picture`, form);
			});

			const [, base64 = ''] = /src="data:image\/jpeg;base64,([^"]+)"/.exec(page) ?? [];
			const shown = Buffer.from(base64, 'base64');
			expect(await sizeOf(shown)).toEqual({ format: 'jpeg', width: 1280, height: 720 });
			expect(page).toContain('A &quot;red&quot; fox &lt;in&gt; snow');
			const [request] = n8n.sandbox.requests;
			expect(request?.body).toMatchObject({
				prompt: 'A "red" fox <in> snow',
				aspect_ratio: '16:9',
			});
			const [download] = n8n.sandbox.imageRequests;
			expect(shown).toEqual(await bytesOf(n8n.sandbox.imageUrl + String(download?.path)));
		});

		test('the answer page says why there is no picture', async () => {
			const page = await n8n.whilePublished(n8n.example('form-to-picture.json'), async () => {
				const form = new FormData();
				form.set('field-0', 'BLOCKED');
				form.set('field-1', '1:1');
				return await submitForm(`${n8n.url}/form/minimax-picture`, form);
			});

			expect(page).toContain('The picture could not be made');
			expect(page).toContain('MiniMax judged the prompt to be sensitive and made no image');
			expect(page).toContain('Reword the prompt');
			expect(n8n.sandbox.requests).toHaveLength(1);
		});
	});

	describe('webhook to image', () => {
		const ask = async (body: object) =>
			await n8n.whilePublished(n8n.example('webhook-to-image.json'), async () => {
				const url = `${n8n.url}/webhook/minimax-image`;
				return await whenRegistered(() =>
					fetch(url, {
						method: 'POST',
						headers: { 'content-type': 'application/json' },
						body: JSON.stringify(body),
					}),
				);
			});

		test('the answer is the image', async () => {
			const response = await ask({ prompt: 'A lighthouse', aspectRatio: '16:9' });

			expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
			const bytes = Buffer.from(await response.arrayBuffer());
			expect(await sizeOf(bytes)).toEqual({ format: 'jpeg', width: 1280, height: 720 });
			const [download] = n8n.sandbox.imageRequests;
			expect(bytes).toEqual(await bytesOf(n8n.sandbox.imageUrl + String(download?.path)));
			expect(n8n.sandbox.requests).toHaveLength(1);
		});

		test.each([
			[422, { prompt: 'BLOCKED' }, 'MiniMax judged the prompt to be sensitive', 1],
			[422, {}, '"Prompt" is empty', 0],
			[422, { prompt: 'A fox', aspectRatio: '5:4' }, '"Aspect Ratio" is "5:4"', 0],
		])('the answer is %d with the reason for %j', async (status, body, reason, requests) => {
			const response = await ask(body);

			expect(response.status).toBe(status);
			expect(await response.json()).toEqual({ error: expect.stringContaining(reason) });
			expect(n8n.sandbox.requests).toHaveLength(requests);
		});

		test('the answer is 502 with the reason when MiniMax is at fault', async () => {
			n8n.sandbox.always({ code: 1008 });

			const response = await ask({ prompt: 'A fox' });

			expect(response.status).toBe(502);
			expect(await response.json()).toEqual({ error: expect.stringContaining('balance') });
			expect(n8n.sandbox.requests).toHaveLength(1);
		});
	});
});
