import { picture } from '../../support/images';
import type { Execution, WorkflowFile } from '../host/rest';
import { describeExamples, MINIMAX, outputsOf, promptsOf } from '../support/examples';
import { startReceiver } from '../support/receiver';
import type { Receiver } from '../support/receiver';
import { reading, sendingJson, twinOf, uploading } from '../support/twins';
import { until, whenRegistered } from '../support/until';

describeExamples((n8n) => {
	let receiver: Receiver;
	beforeAll(async () => {
		receiver = await startReceiver();
	});
	afterAll(async () => await receiver.close());
	beforeEach(() => receiver.reset());

	describe('sheet to drive', () => {
		/** Sheet and drive are the receiver's rows, messages and uploads. */
		const twin = () => {
			const workflow = n8n.example('sheet-to-drive.json');
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
			{
				row_number: 2,
				prompt: 'A lighthouse',
				'file name': 'lighthouse',
				'aspect ratio': '16:09:00',
			},
			{ row_number: 3, prompt: 'BLOCKED', 'file name': 'nothing', 'aspect ratio': '' },
			{ row_number: 4, prompt: 'A fox', 'file name': 'fox', 'aspect ratio': '3:04:00' },
			{ row_number: 5, prompt: 'A dove', 'file name': 'dove', 'aspect ratio': '5:4' },
		];

		test('every picture is stored, and every row hears what became of it', async () => {
			receiver.rows = rows;

			const execution = await n8n.run(twin(), 'Each Night');

			expect(execution.status).toBe('success');
			const [items = []] = outputsOf(execution, MINIMAX);
			const made = await n8n.filesOf(items);
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
			// The wrong ratio was never sent; of the others the sheet had made times.
			const ratios = n8n.sandbox.requests.map(({ body }) => [body.prompt, body.aspect_ratio]);
			expect(new Map(ratios as [string, string][])).toEqual(
				new Map([
					['A lighthouse', '16:9'],
					['BLOCKED', '1:1'],
					['A fox', '3:4'],
				]),
			);
			expect(n8n.sandbox.requests).toHaveLength(3);
		});

		test('a picture that cannot be stored leaves its link in the row', async () => {
			receiver.rows = rows.slice(0, 1);
			receiver.failNextUpload = 507;

			const execution = await n8n.run(twin(), 'Each Night');

			expect(execution.status).toBe('success');
			const [items = []] = outputsOf(execution, MINIMAX);
			expect(receiver.messages).toEqual([
				expect.objectContaining({
					status: expect.stringMatching(/^failed: the picture was made, but not stored\./),
					link: items[0]?.json.imageUrl,
				}),
			]);
			await n8n.filesOf(items);
		});
	});

	describe('portrait to Slack', () => {
		const twin = () => {
			const workflow = n8n.example('portrait-to-slack.json');
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
			return await n8n.whilePublished(workflow, async ({ id }) => {
				const form = new FormData();
				form.set('field-0', new Blob([new Uint8Array(portrait)], { type: 'image/jpeg' }), 'me.jpg');
				const response = await whenRegistered(() =>
					fetch(`${n8n.url}/form/minimax-portrait`, { method: 'POST', body: form }),
				);
				expect(response.status).toBe(200);
				return await newestExecution(id);
			});
		}

		async function newestExecution(workflowId: string): Promise<Execution> {
			const execution = await until(
				'something is executed',
				async () => (await n8n.rest.executions(workflowId))[0],
			);
			return await n8n.rest.finished(execution.id);
		}

		test('one item holds all five pictures, and each arrives whole in the thread', async () => {
			const portrait = await picture('jpeg');

			const execution = await send(twin(), portrait);

			expect(execution.status).toBe('success');
			const [items = []] = outputsOf(execution, MINIMAX);
			const made = await n8n.filesOf(items);
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
			for (const { body } of n8n.sandbox.requests) {
				const [reference] = body.subject_reference as { image_file: string }[];
				expect(reference?.image_file).toBe(`data:image/jpeg;base64,${portrait.toString('base64')}`);
			}
			expect(n8n.sandbox.requests).toHaveLength(5);
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
			expect(upload?.files.map(({ bytes }) => bytes)).toEqual(await n8n.filesOf(items));
			expect(receiver.uploads).toHaveLength(1);
		});

		test('a scene that fails leaves the others, and is told with its reason', async () => {
			n8n.sandbox.script({ code: 1026 });

			const execution = await send(twin(), await picture());

			expect(execution.status).toBe('success');
			expect(receiver.uploads).toHaveLength(4);
			const texts = receiver.messages.map(({ text }) => text);
			expect(texts).toEqual([
				'One portrait in 4 scenes. The pictures are in the thread.',
				expect.stringMatching(
					/^These scenes could not be made:\n• The person .*\n {3}MiniMax judged the prompt.*Reword the prompt/,
				),
			]);
			expect(n8n.sandbox.requests).toHaveLength(5);
		});

		test('a file that is no picture costs nothing', async () => {
			await send(twin(), Buffer.from('no picture'));

			expect(receiver.messages).toEqual([{ text: expect.stringContaining('JPEG or PNG') }]);
			expect(receiver.uploads).toEqual([]);
			expect(n8n.sandbox.requests).toEqual([]);
		});
	});
});
