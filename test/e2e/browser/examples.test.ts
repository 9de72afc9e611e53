import { exampleFiles, readExample } from '../start/examples';
import { eventually } from '../support/browser';
import { describeEditor } from '../support/editorTests';

/** The text of a note is 14 px high at full size; with less than 10 px it is hard to read. */
const SMALLEST_ZOOM = 0.72;

const n8n = describeEditor();

describe('an example, as it opens', () => {
	beforeAll(async () => await n8n.ensureCredential());

	n8n.inEditor('shows its notes whole, and large enough to be read', async (editor) => {
		const [credential] = await n8n.rest.credentials();
		if (!credential) throw new Error('There is no credential');
		for (const file of exampleFiles()) {
			const example = readExample(file, credential);
			const { id } = await n8n.rest.createWorkflow(example);
			await editor.openWorkflow(id);
			const written = example.nodes.filter(({ type }) => type.endsWith('.stickyNote'));

			await eventually(async () => {
				const notes = await editor.notes();
				expect([file, notes]).toEqual([
					file,
					written.map(() => ({ zoom: expect.any(Number), hiddenPx: 0, isFree: true })),
				]);
				const smallest = Math.min(...notes.map(({ zoom }) => zoom));
				expect([file, smallest >= SMALLEST_ZOOM, smallest]).toEqual([file, true, smallest]);
			});
		}
	});
});
