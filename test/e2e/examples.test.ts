import omit from 'lodash/omit';
import type { INodeExecutionData, INodeTypeDescription } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';
import sharp from 'sharp';

import { startSandbox } from '../sandbox';
import type { Sandbox } from '../sandbox';
import { picture } from '../support/images';
import type { Execution, SavedWorkflow, WorkflowFile } from './host/rest';
import { exampleFiles, readExample } from './start/examples';
import { createSandboxCredential, startInstance } from './support/instance';
import type { Instance } from './support/instance';
import { startReceiver } from './support/receiver';
import type { Receiver } from './support/receiver';
import { reading, sendingJson, twinOf, uploading } from './support/twins';
import { until, whenRegistered } from './support/until';

const MINIMAX = 'MiniMax Image';
const CLICK = 'When clicking ‘Execute workflow’';

const outputsOf = ({ data }: Execution, node: string): INodeExecutionData[][] =>
	(data.resultData.runData[node]?.[0]?.data?.main ?? []).map((items) => items ?? []);

/** In the order of the rows; requests run at the same time. */
const promptsOf = (items: INodeExecutionData[]) => items.map(({ json }) => json.prompt);

const bytesOf = async (url: unknown) => Buffer.from(await (await fetch(String(url))).arrayBuffer());

const sizeOf = async (bytes: Buffer) => {
	const { format, width, height } = await sharp(bytes).metadata();
	return { format, width, height };
};

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

describe.each(['filesystem', 'database'])('with files kept in the %s', (mode) => {
	let instance: Instance;
	let receiver: Receiver;
	/** Of this test alone, so that nothing waits for the requests of another one. */
	let sandbox: Sandbox;
	/** The example of a file, ready for the sandbox. */
	let example: (file: string) => WorkflowFile;

	beforeAll(async () => {
		[instance, receiver] = await Promise.all([
			startInstance({ N8N_DEFAULT_BINARY_DATA_MODE: mode }),
			startReceiver(),
		]);
	});
	afterAll(async () => {
		await Promise.all([instance.stop(), receiver.close()]);
	});
	beforeEach(async () => {
		receiver.reset();
		sandbox = await startSandbox();
		const credential = await createSandboxCredential(instance.rest, sandbox);
		example = (file) => readExample(file, credential);
	});
	afterEach(async () => await sandbox.close());

	async function run(workflow: WorkflowFile, trigger: string): Promise<Execution> {
		const { id } = await instance.rest.createWorkflow(workflow);
		return await instance.rest.finished(await instance.rest.run(id, trigger));
	}

	/** Publishes a workflow, and unpublishes it after the work, since its address is fixed. */
	async function whilePublished<T>(
		workflow: WorkflowFile,
		work: (saved: SavedWorkflow) => Promise<T>,
	): Promise<T> {
		const saved = await instance.rest.createWorkflow(workflow);
		await instance.rest.activate(saved);
		try {
			return await work(saved);
		} finally {
			await instance.rest.deactivate(saved.id);
		}
	}

	/** The files of items, as n8n hands them out; each is exactly what MiniMax's link leads to. */
	async function filesOf(items: INodeExecutionData[]): Promise<Buffer[]> {
		return await Promise.all(
			items.map(async ({ binary, json }) => {
				const id = binary?.data?.id ?? '';
				expect(id).toMatch(mode === 'filesystem' ? /^filesystem-v2:/ : /^database:/);
				const bytes = await instance.rest.binary(id);
				expect(bytes).toEqual(await bytesOf(json.imageUrl));
				return bytes;
			}),
		);
	}

	test.each(exampleFiles())('%s is imported without warnings, and stays as it is', async (file) => {
		const workflow = example(file);
		const types = (await instance.rest.nodeTypes()) as unknown as INodeTypeDescription[];

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

		const created = await instance.rest.createWorkflow(workflow);
		const saved = await instance.rest.saveWorkflow(await instance.rest.workflow(created.id));
		const { nodes, connections, pinData } = await instance.rest.workflow(saved.id);
		// n8n gives an address of its own to nodes that listen.
		const ours = nodes.map((node) => omit(node, 'webhookId'));
		expect({ nodes: ours, connections, pinData }).toEqual({
			nodes: workflow.nodes,
			connections: workflow.connections,
			pinData: workflow.pinData,
		});
	});

	test('text to image: one click makes two pictures', async () => {
		const execution = await run(example('text-to-image.json'), CLICK);

		const [items = []] = outputsOf(execution, MINIMAX);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }]);
		for (const bytes of await filesOf(items)) {
			expect(await sizeOf(bytes)).toEqual({ format: 'jpeg', width: 1280, height: 720 });
		}
		expect(sandbox.requests).toHaveLength(1);
	});

	test('text to image: a key that is refused stops the run with what to do', async () => {
		sandbox.always({ code: 1008 });

		const execution = await run(example('text-to-image.json'), CLICK);

		expect(execution.status).toBe('error');
		expect(execution.data.resultData.error).toMatchObject({
			message: expect.stringMatching(/balance.*\[item 0\]$/),
			description: expect.stringContaining('Code: 1008'),
		});
		expect(sandbox.requests).toHaveLength(1);
	});

	test('portrait in scenes: each scene is paired with its row', async () => {
		const workflow = example('portrait-in-scenes.json');
		const execution = await run(workflow, CLICK);

		const rows = workflow.pinData?.[CLICK] ?? [];
		const [items = []] = outputsOf(execution, MINIMAX);
		expect(promptsOf(items)).toEqual(rows.map(({ json }) => json.scene));
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(rows.map((_, item) => ({ item })));
		expect(await filesOf(items)).toHaveLength(rows.length);
		expect(sandbox.requests).toHaveLength(rows.length);
	});

	test('table of prompts: a row that is refused goes its own way', async () => {
		const workflow = example('table-of-prompts.json');
		const [first, second, ...others] = workflow.pinData?.[CLICK] ?? [];
		if (!first || !second) throw new Error('The table is empty');
		const blocked = { json: { ...second.json, prompt: 'BLOCKED' } };
		workflow.pinData = { [CLICK]: [first, blocked, ...others] };

		const execution = await run(workflow, CLICK);

		expect(execution.status).toBe('success');
		const [images = []] = outputsOf(execution, 'Images');
		expect(promptsOf(images)).toEqual(
			[first, ...others].flatMap(({ json }) =>
				Array<unknown>(Number(json.images)).fill(json.prompt),
			),
		);
		await filesOf(images);
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
			const page = await whilePublished(example('form-to-picture.json'), async () => {
				const form = new FormData();
				form.set('field-0', 'A "red" fox <in> snow');
				form.set('field-1', '16:9');
				return await submitForm(`${instance.n8n.url}/form/minimax-picture`, form);
			});

			const [, base64 = ''] = /src="data:image\/jpeg;base64,([^"]+)"/.exec(page) ?? [];
			const shown = Buffer.from(base64, 'base64');
			expect(await sizeOf(shown)).toEqual({ format: 'jpeg', width: 1280, height: 720 });
			expect(page).toContain('A &quot;red&quot; fox &lt;in&gt; snow');
			const [request] = sandbox.requests;
			expect(request?.body).toMatchObject({
				prompt: 'A "red" fox <in> snow',
				aspect_ratio: '16:9',
			});
			const [download] = sandbox.imageRequests;
			expect(shown).toEqual(await bytesOf(sandbox.imageUrl + String(download?.path)));
		});

		test('the answer page says why there is no picture', async () => {
			const page = await whilePublished(example('form-to-picture.json'), async () => {
				const form = new FormData();
				form.set('field-0', 'BLOCKED');
				form.set('field-1', '1:1');
				return await submitForm(`${instance.n8n.url}/form/minimax-picture`, form);
			});

			expect(page).toContain('The picture could not be made');
			expect(page).toContain('MiniMax judged the prompt to be sensitive and made no image');
			expect(page).toContain('Reword the prompt');
			expect(sandbox.requests).toHaveLength(1);
		});
	});

	describe('sheet to drive', () => {
		/** Sheet and drive are the receiver's rows, messages and uploads. */
		const twin = () => {
			const workflow = example('sheet-to-drive.json');
			const written = (node: string) => {
				const { columns } = workflow.nodes.find(({ name }) => name === node)?.parameters ?? {};
				return sendingJson(
					`${receiver.url}/messages`,
					(columns as { value: Record<string, string> }).value,
				);
			};
			return twinOf(workflow, {
				'Read New Rows': reading(`${receiver.url}/rows`),
				'Store Picture': uploading(`${receiver.url}/files`, ['data'], {
					name: '={{ $binary.data.fileName }}',
				}),
				'Write Result into Row': written('Write Result into Row'),
				'Write Reason into Row': written('Write Reason into Row'),
			});
		};
		const rows = [
			{ row_number: 2, prompt: 'A lighthouse', 'file name': 'lighthouse', 'aspect ratio': '16:9' },
			{ row_number: 3, prompt: 'BLOCKED', 'file name': 'nothing', 'aspect ratio': '' },
			{ row_number: 4, prompt: 'A fox', 'file name': 'fox', 'aspect ratio': '3:4' },
			{ row_number: 5, prompt: 'A dove', 'file name': 'dove', 'aspect ratio': '5:4' },
		];

		test('every picture is stored, and every row hears what became of it', async () => {
			receiver.rows = rows;

			const execution = await run(twin(), 'Each Night');

			expect(execution.status).toBe('success');
			const [items = []] = outputsOf(execution, MINIMAX);
			const made = await filesOf(items);
			expect(receiver.uploads.map(({ fields }) => fields.name)).toEqual([
				'lighthouse.jpg',
				'fox.jpg',
			]);
			expect(receiver.uploads.map(({ files }) => files)).toEqual(
				made.map((bytes, index) => [
					{
						field: 'file1',
						fileName: ['lighthouse.jpg', 'fox.jpg'][index],
						mimeType: 'image/jpeg',
						bytes,
					},
				]),
			);
			const byRow = [...receiver.messages].sort(
				(one, other) => Number(one.row_number) - Number(other.row_number),
			);
			expect(byRow.map(({ row_number }) => Number(row_number))).toEqual([2, 3, 4, 5]);
			expect(byRow.map(({ status }) => status)).toEqual([
				'done',
				expect.stringMatching(/^failed: MiniMax judged the prompt to be sensitive.*Reword/),
				'done',
				expect.stringMatching(/^failed: "Aspect Ratio" is "5:4", but must be one of/),
			]);
			expect(byRow.map(({ link }) => link)).toEqual([
				`${receiver.url}/files/1`,
				'',
				`${receiver.url}/files/2`,
				'',
			]);
			// The wrong ratio was never sent.
			expect(sandbox.requests).toHaveLength(3);
		});

		test('a picture that cannot be stored leaves its link in the row', async () => {
			receiver.rows = rows.slice(0, 1);
			receiver.failNextUpload = 507;

			const execution = await run(twin(), 'Each Night');

			expect(execution.status).toBe('success');
			const [items = []] = outputsOf(execution, MINIMAX);
			expect(receiver.messages).toEqual([
				expect.objectContaining({
					status: expect.stringMatching(/^failed: the picture was made, but not stored\./),
					link: items[0]?.json.imageUrl,
				}),
			]);
			await filesOf(items);
		});
	});

	describe('portrait to Slack', () => {
		const twin = () => {
			const workflow = example('portrait-to-slack.json');
			const text = (node: string) =>
				String(workflow.nodes.find(({ name }) => name === node)?.parameters.text);
			return {
				...twinOf(workflow, {
					'Post Message': sendingJson(`${receiver.url}/messages`, { text: text('Post Message') }),
					'Post Picture in Thread': uploading(
						`${receiver.url}/files`,
						['={{ Object.keys($binary)[0] }}'],
						{
							comment: '={{ $json.pictures.prompt }}',
							thread: "={{ $('Post Message').first().json.message_timestamp }}",
						},
					),
					'Post Reasons': sendingJson(`${receiver.url}/messages`, { text: text('Post Reasons') }),
				}),
			};
		};

		async function send(workflow: WorkflowFile, portrait: Buffer): Promise<Execution> {
			return await whilePublished(workflow, async ({ id }) => {
				const form = new FormData();
				form.set('field-0', new Blob([new Uint8Array(portrait)], { type: 'image/jpeg' }), 'me.jpg');
				const response = await whenRegistered(() =>
					fetch(`${instance.n8n.url}/form/minimax-portrait`, { method: 'POST', body: form }),
				);
				expect(response.status).toBe(200);
				return await newestExecution(id);
			});
		}

		async function newestExecution(workflowId: string): Promise<Execution> {
			let executions: { id: string }[] = [];
			await until('something is executed', async () => {
				executions = await instance.rest.executions(workflowId);
				return executions.length > 0;
			});
			return await instance.rest.finished(executions[0]?.id ?? '');
		}

		test('one item holds all five pictures, and each arrives whole in the thread', async () => {
			const portrait = await picture('jpeg');

			const execution = await send(twin(), portrait);

			expect(execution.status).toBe('success');
			const [items = []] = outputsOf(execution, MINIMAX);
			const made = await filesOf(items);
			expect(made).toHaveLength(5);
			const [[all] = []] = outputsOf(execution, 'One Item with Five Pictures');
			expect(Object.values(all?.binary ?? {}).map(({ id }) => id)).toEqual(
				items.map(({ binary }) => binary?.data?.id),
			);
			expect(receiver.messages).toEqual([
				{ text: 'One portrait in 5 scenes. The pictures are in the thread.' },
			]);
			expect(receiver.uploads.map(({ files }) => files.map(({ bytes }) => bytes))).toEqual(
				made.map((bytes) => [bytes]),
			);
			expect(receiver.uploads.map(({ fields }) => fields)).toEqual(
				promptsOf(items).map((comment) => ({ comment, thread: 'message-1' })),
			);
			for (const { body } of sandbox.requests) {
				const [reference] = body.subject_reference as { image_file: string }[];
				expect(reference?.image_file).toBe(`data:image/jpeg;base64,${portrait.toString('base64')}`);
			}
			expect(sandbox.requests).toHaveLength(5);
		});

		test('that one item can also be sent as a whole', async () => {
			const workflow = twin();
			workflow.connections['One Item with Five Pictures'] = {
				main: [[{ node: 'Post Picture in Thread', type: 'main', index: 0 }]],
			};
			const fields = ['data', 'data_1', 'data_2', 'data_3', 'data_4'];
			const post = workflow.nodes.find(({ name }) => name === 'Post Picture in Thread');
			Object.assign(post ?? {}, { parameters: uploading(`${receiver.url}/files`, fields) });

			const execution = await send(workflow, await picture('png'));

			const [items = []] = outputsOf(execution, MINIMAX);
			const [upload] = receiver.uploads;
			expect(upload?.files.map(({ bytes }) => bytes)).toEqual(await filesOf(items));
			expect(receiver.uploads).toHaveLength(1);
		});

		test('a scene that fails leaves the others, and is told with its reason', async () => {
			sandbox.script({ code: 1026 });

			const execution = await send(twin(), await picture());

			expect(execution.status).toBe('success');
			expect(receiver.uploads).toHaveLength(4);
			const texts = receiver.messages.map(({ text }) => text);
			expect(texts).toEqual([
				'One portrait in 4 scenes. The pictures are in the thread.',
				expect.stringMatching(
					/^These scenes could not be made:\n• The person .*\n {3}MiniMax judged the prompt/,
				),
			]);
			expect(sandbox.requests).toHaveLength(5);
		});

		test('a file that is no picture costs nothing', async () => {
			await send(twin(), Buffer.from('no picture'));

			expect(receiver.messages).toEqual([{ text: expect.stringContaining('JPEG or PNG') }]);
			expect(receiver.uploads).toEqual([]);
			expect(sandbox.requests).toEqual([]);
		});
	});

	describe('webhook to image', () => {
		const ask = async (body: object) =>
			await whilePublished(example('webhook-to-image.json'), async () => {
				const url = `${instance.n8n.url}/webhook/minimax-image`;
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
			const [download] = sandbox.imageRequests;
			expect(bytes).toEqual(await bytesOf(sandbox.imageUrl + String(download?.path)));
			expect(sandbox.requests).toHaveLength(1);
		});

		test.each([
			[422, { prompt: 'BLOCKED' }, 'MiniMax judged the prompt to be sensitive', 1],
			[422, {}, '"Prompt" is empty', 0],
			[422, { prompt: 'A fox', aspectRatio: '5:4' }, '"Aspect Ratio" is "5:4"', 0],
		])('the answer is %d with the reason for %j', async (status, body, reason, requests) => {
			const response = await ask(body);

			expect(response.status).toBe(status);
			expect(await response.json()).toEqual({ error: expect.stringContaining(reason) });
			expect(sandbox.requests).toHaveLength(requests);
		});

		test('the answer is 502 with the reason when MiniMax is at fault', async () => {
			sandbox.always({ code: 1008 });

			const response = await ask({ prompt: 'A fox' });

			expect(response.status).toBe(502);
			expect(await response.json()).toEqual({ error: expect.stringContaining('balance') });
			expect(sandbox.requests).toHaveLength(1);
		});
	});
});
