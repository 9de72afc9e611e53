import type { INodeExecutionData } from 'n8n-workflow';

import type { WorkflowFile } from '../host/rest';
import { CLICK, describeExamples, MINIMAX, outputsOf, promptsOf } from '../support/examples';

const WRITTEN = 'Write Result into Row';

/** The trigger of the queue, which can be clicked too. */
const SCHEDULE = 'Every Five Minutes';

/** The queue with other rows to begin with. */
function withPrompts(workflow: WorkflowFile, prompts: string[]): WorkflowFile {
	const code = workflow.nodes.find(({ name }) => name === 'Some Prompts');
	const rows = prompts.map((prompt) => ({ json: { prompt, ratio: '16:9' } }));
	Object.assign(code?.parameters ?? {}, { jsCode: `return ${JSON.stringify(rows)};` });
	return workflow;
}

describeExamples((n8n) => {
	describe('Data Table queue', () => {
		const queue = () => n8n.example('data-table-queue.json');

		test('one click makes the table, its rows and their pictures; the next one buys nothing', async () => {
			const first = await n8n.run(queue(), SCHEDULE);

			expect(first.status).toBe('success');
			const [pictures = []] = outputsOf(first, MINIMAX);
			expect(await n8n.filesOf(pictures)).toHaveLength(4);
			const [rows = []] = outputsOf(first, WRITTEN);
			expect(rows.map(({ json }) => json)).toEqual(
				pictures.map(({ json }) =>
					expect.objectContaining({
						prompt: json.prompt,
						status: 'done',
						fileName: json.fileName,
						link: json.imageUrl,
					}),
				),
			);
			expect(rows.map(({ json }) => json.ratio)).toEqual(['16:9', '1:1', '3:2', '3:4']);
			expect(new Set(rows.map(({ json }) => json.id)).size).toBe(4);

			const second = await n8n.run(queue(), SCHEDULE);

			expect(second.status).toBe('success');
			expect(outputsOf(second, 'Read Waiting Rows').flat()).toEqual([]);
			expect(n8n.sandbox.requests).toHaveLength(4);
			expect(n8n.sandbox.paidImages).toBe(4);
		});

		test('a row that is refused hears why, and is not tried again by itself', async () => {
			const prompts = ['BLOCKED', 'A heron in the reeds'];
			const first = await n8n.run(withPrompts(queue(), prompts), SCHEDULE);

			expect(first.status).toBe('success');
			const [rows = []] = outputsOf(first, WRITTEN);
			expect(rows.map(({ json }) => [json.prompt, json.ratio, json.status, json.link])).toEqual([
				[
					'BLOCKED',
					'16:9',
					expect.stringMatching(/^failed: MiniMax judged the prompt to be sensitive.*Reword/),
					'',
				],
				['A heron in the reeds', '16:9', 'done', expect.stringContaining('http')],
			]);

			await n8n.run(queue(), SCHEDULE);

			expect(n8n.sandbox.requests).toHaveLength(2);
		});

		test('a picture that is paid for and cannot be fetched leaves its link in the row', async () => {
			n8n.sandbox.alwaysImages({ status: 404 });

			const execution = await n8n.run(withPrompts(queue(), ['A kite']), SCHEDULE);

			const [[row] = []] = outputsOf(execution, WRITTEN);
			expect(row?.json.status).toMatch(/^failed: The image could not be fetched/);
			expect(row?.json.link).toContain(`${n8n.sandbox.imageUrl}/`);
			expect(n8n.sandbox.paidImages).toBe(1);
		});
	});

	describe('table in batches', () => {
		const rowsOf = ({ pinData }: WorkflowFile) =>
			(pinData?.[CLICK] ?? []).map(({ json }) => json) as {
				prompt: string;
				images: number;
				name: string;
			}[];

		test('all pictures of all batches come out at the end, in the order of the rows', async () => {
			const workflow = n8n.example('table-in-batches.json');

			const execution = await n8n.run(workflow, CLICK);

			expect(execution.status).toBe('success');
			expect(execution.data.resultData.runData[MINIMAX]).toHaveLength(3);
			const [images = []] = outputsOf(execution, 'Images');
			expect(promptsOf(images)).toEqual(
				rowsOf(workflow).flatMap(({ prompt, images: count }) => Array<string>(count).fill(prompt)),
			);
			// The columns of the rows came along.
			expect(images.map(({ json }) => json.name)).toEqual(
				rowsOf(workflow).flatMap(({ name, images: count }) => Array<string>(count).fill(name)),
			);
			await n8n.filesOf(images);
			expect(execution.data.resultData.runData).not.toHaveProperty('Failed rows');
			expect(n8n.sandbox.requests).toHaveLength(6);
		});

		test('a row that is refused goes its own way, with its reason, and the loop goes on', async () => {
			const workflow = n8n.example('table-in-batches.json');
			const [first, second, ...others] = workflow.pinData?.[CLICK] ?? [];
			if (!first || !second) throw new Error('The table is empty');
			const blocked: INodeExecutionData = { json: { ...first.json, prompt: 'BLOCKED' } };
			workflow.pinData = { [CLICK]: [blocked, second, ...others] };

			const execution = await n8n.run(workflow, CLICK);

			expect(execution.status).toBe('success');
			expect(outputsOf(execution, 'Images')[0]).toHaveLength(7);
			expect(outputsOf(execution, 'Failed rows')[0]?.map(({ json }) => json)).toEqual([
				expect.objectContaining({
					...blocked.json,
					error: 'MiniMax judged the prompt to be sensitive and made no image',
				}),
			]);
			expect(n8n.sandbox.requests).toHaveLength(6);
		});
	});
});
