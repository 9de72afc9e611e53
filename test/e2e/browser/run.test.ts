import { join } from 'node:path';

import { eventually, illustrate } from '../support/browser';
import { NODE } from '../support/editor';
import { describeEditor } from '../support/editorTests';

const EXAMPLE = join(__dirname, '../../../examples/table-of-prompts.json');
const PROMPT = 'Sunset over rolling hills, a pale sun in an orange sky, flat poster style';

const n8n = describeEditor();
const { inEditor } = n8n;

describe('the dialog of the credential', () => {
	inEditor('asks for a Base URL with the region Custom alone', async (editor) => {
		const dialog = await (await editor.addNode()).connect();
		const domains = 'Allowed HTTP Request Domains';

		for (const region of ['Global', 'China Mainland', 'China Mainland (New Host)']) {
			await dialog.choose('region', region);
			await eventually(async () => {
				expect([region, await dialog.labels()]).toEqual([region, ['API Key *', 'Region', domains]]);
			});
		}
		await dialog.choose('region', 'Custom');
		await eventually(async () => {
			expect(await dialog.labels()).toEqual(['API Key *', 'Region', 'Base URL *', domains]);
		});
	});

	inEditor('explains why a key is refused, and accepts the right one', async (editor) => {
		const form = await editor.addNode();
		const dialog = await form.connect();
		await dialog.type('apiKey', 'wrong-key');
		await dialog.choose('region', 'Custom');
		await dialog.type('baseUrl', n8n.sandbox.url);
		await dialog.save();
		await dialog.window.getByText('More details').click();
		await dialog.window
			.getByText(
				'MiniMax did not accept this API key. The most likely cause is the Region: Keys for Global are issued at ' +
					'platform.minimax.io, keys for China Mainland at platform.minimaxi.com, and each works only with its own ' +
					'Region. Otherwise the key is mistyped, expired or deleted.',
			)
			.waitFor();

		await dialog.type('apiKey', n8n.sandbox.key);
		await dialog.save();
		await dialog.window.waitFor({ state: 'hidden' });
		// n8n shows the result of a passed test when the dialog is opened again.
		const again = await form.editCredential();
		await again.success.waitFor();
		expect(await again.success.innerText()).toContain('Connection tested successfully');
		expect(n8n.sandbox.requests).toHaveLength(0);
		expect(n8n.sandbox.paidImages).toBe(0);
		await illustrate(editor.page, 'credential', {
			around: [again.window.getByRole('dialog').or(again.window).first()],
			until: again.field('allowedHttpRequestDomains'),
		});
	});
});

describe('with a credential', () => {
	beforeAll(async () => await n8n.ensureCredential());

	describe('a run', () => {
		inEditor('shows the picture, and tells what it is', async (editor) => {
			// The form is shown as a whole, without scrolling.
			await editor.page.setViewportSize({ width: 1440, height: 1060 });
			const form = await editor.addNode();
			await form.type('prompt', PROMPT);
			await form.addOption('File Name');
			await form.type('fileName', 'sunset-over-hills');
			await form.addOption('Seed');
			await form.type('seed', '77');
			await form.execute();
			// Not the message in the corner, which goes by itself, on a slow machine before it is seen.
			await form.output.getByTestId('node-run-status-success').waitFor();
			expect(n8n.sandbox.requests.map(({ body }) => body)).toEqual([
				{
					model: 'image-01',
					prompt: PROMPT,
					aspect_ratio: '1:1',
					response_format: 'url',
					n: 1,
					seed: 77,
				},
			]);

			await form.show('json');
			await eventually(async () => {
				expect(await form.json()).toEqual([
					{
						imageUrl: expect.stringContaining(`${n8n.sandbox.imageUrl}/`),
						fileName: 'sunset-over-hills.jpg',
						prompt: PROMPT,
						imageIndex: 1,
						expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
						width: 1024,
						height: 1024,
						aspectRatio: '1:1',
						model: 'image-01',
						seed: 77,
						successCount: 1,
						failedCount: 0,
						requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
					},
				]);
			});

			await form.show('binary');
			await form.output.getByText('sunset-over-hills.jpg').waitFor();
			await form.output.getByTestId('ndv-view-binary-data').click();
			const picture = form.window.locator('.binary-data-window img');
			await eventually(async () => {
				expect(
					await picture.evaluate((image: { naturalWidth: number; naturalHeight: number }) => [
						image.naturalWidth,
						image.naturalHeight,
					]),
				).toEqual([1024, 1024]);
			});
			const around = [form.parameters, form.output];
			await illustrate(editor.page, 'node-form', { around, until: form.moreOptions });
			await illustrate(editor.page, 'preview', { around: [form.output], until: picture });

			await form.close();
			await editor.node(NODE).getByTestId('canvas-node-status-success').waitFor();
			expect(n8n.sandbox.requests).toHaveLength(1);
			expect(n8n.sandbox.paidImages).toBe(1);
		});

		inEditor('does not start without a prompt', async (editor) => {
			const form = await editor.addNode();
			await form.execute();

			await editor.message('Parameter "Prompt" is required').waitFor();
			expect(n8n.sandbox.requests).toHaveLength(0);
		});

		inEditor('names the field whose value cannot be sent, and sends nothing', async (editor) => {
			const form = await editor.addNode();
			await form.type('prompt', PROMPT);
			await form.choose('aspectRatio', 'Custom');
			await form.type('width', '1001');
			await form.execute();

			await form.output.getByTestId('node-error-message').waitFor();
			expect(await form.output.getByTestId('node-error-message').innerText()).toBe(
				'"Width" is 1001, but must be a whole number from 512 to 2048 pixels, divisible by 8 [item 0]',
			);
			expect(n8n.sandbox.requests).toHaveLength(0);
			const around = [form.parameters, form.output];
			const rule = form.parameters.getByText('512 to 2048 pixels, divisible by 8').last();
			await illustrate(editor.page, 'validation', { around, until: rule });
			await form.close();
			await editor.node(NODE).getByTestId('node-issues').waitFor();
		});

		inEditor('tells in words why MiniMax made no image, and what to do', async (editor) => {
			n8n.sandbox.script({ code: 1008, message: 'insufficient balance' });
			const form = await editor.addNode();
			await form.type('prompt', PROMPT);
			await form.execute();

			await form.output.getByTestId('node-error-message').waitFor();
			expect(await form.output.getByTestId('node-error-message').innerText()).toBe(
				'The balance of the MiniMax account is too low [item 0]',
			);
			expect(await form.output.getByTestId('node-error-description').innerText()).toMatch(
				/^A pay-as-you-go key draws on the balance of the account, a subscription key \(sk-cp-…\) on the credits of its plan, and neither on the other\. Top up the one that your key draws on, then run the failed items again\. \(Details: insufficient balance\. Code: 1008\. Trace ID: [0-9a-f]{32}\)$/,
			);
			expect(n8n.sandbox.requests).toHaveLength(1);
			expect(n8n.sandbox.paidImages).toBe(0);
		});

		inEditor('works through an example that was imported from its file', async (editor) => {
			await editor.openEmptyWorkflow();
			await editor.importWorkflow(EXAMPLE);
			await editor.node(NODE).waitFor();
			await editor.executeWorkflow();

			const success = editor.node('Images').getByTestId('canvas-node-status-success');
			await success.waitFor();
			await eventually(async () => {
				const counts = await editor.canvas.getByTestId('edge-label').allInnerTexts();
				expect(counts).toEqual(['6 items', '8 items', '']);
			});
			expect(n8n.sandbox.requests).toHaveLength(6);
			expect(n8n.sandbox.paidImages).toBe(8);
			// Nothing is marked any more after a click beside it.
			await editor.canvas.click({ position: { x: 200, y: 40 } });
			await illustrate(editor.page, 'canvas', { around: [editor.page.locator('body')] });
		});
	});
});
