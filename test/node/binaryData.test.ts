import { useBinaryStorage, readFile } from '../support/engine';
import { testWhere } from '../support/features';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox();

afterEach(async () => await useBinaryStorage('default'));

test('images are stored on disk where n8n keeps files there, byte for byte', async () => {
	await useBinaryStorage('filesystem');

	const { items } = await node.run({ parameters: { numberOfImages: 2, options: { seed: 7 } } });
	await useBinaryStorage('default');
	node.sandbox.reset();
	const inMemory = await node.run({ parameters: { numberOfImages: 2, options: { seed: 7 } } });

	for (const index of [0, 1]) {
		const stored = items[index]?.binary?.data;
		expect(stored?.id).toMatch(/^filesystem-v2:/);
		expect(stored).toMatchObject({ mimeType: 'image/jpeg', fileExtension: 'jpg' });
		const bytes = await readFile(stored);
		expect(bytes.toString('base64')).toBe(inMemory.items[index]?.binary?.data?.data);
	}
});

testWhere('combinedFiles')(
	"in n8n's combined binary mode the next node finds the file in the JSON",
	async () => {
		await useBinaryStorage('filesystem');

		const { items } = await node.run({
			parameters: { options: { binaryPropertyOutput: 'picture' } },
			settings: { binaryMode: 'combined' },
		});

		expect(items[0]?.binary).toBeUndefined();
		expect(items[0]?.json).toMatchObject({
			imageIndex: 1,
			_files: { picture: { mimeType: 'image/jpeg', fileName: expect.stringMatching(/\.jpg$/) } },
		});
	},
);
