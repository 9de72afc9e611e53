import { runNode } from '../support/node';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox();

const withLink = (imageUrls: string) => ({
	operation: 'imageToImage',
	inputType: 'url',
	imageUrls,
	options: { maxRetries: 0 },
});

test.each([
	['http://localhost:5678/face.jpg', 'inside of your network'],
	['http://192.168.1.20/face.jpg', 'inside of your network'],
	['http://minio:9000/face.jpg', 'inside of your network'],
	['https://drive.google.com/file/d/1a2b3c/view', 'leads to a page'],
	['https://www.dropbox.com/s/abc/face.jpg?dl=0', 'leads to a page'],
])('%s is refused for MiniMax itself before anything is sent', async (link, words) => {
	const { error } = await runNode({
		credentials: { apiKey: 'sk-test', region: 'global' },
		parameters: withLink(link),
	});

	expect(error?.name).toBe('NodeOperationError');
	expect(error?.message).toContain('"Image URL(s)" holds');
	expect(error?.message).toContain(words);
	expect(error?.description).toContain('Binary File');
});

test('a gateway may reach what MiniMax cannot', async () => {
	await node.run({ parameters: withLink('http://minio:9000/face.jpg') });

	expect(node.sandbox.requests.map(({ body }) => body.subject_reference)).toEqual([
		[{ type: 'character', image_file: 'http://minio:9000/face.jpg' }],
	]);
});

test('a custom API call is told to be one of the HTTP Request node, and nothing is sent', async () => {
	const { error } = await node.run({ parameters: { operation: '__CUSTOM_API_CALL__' } });

	expect(error?.message).toBe('A Custom API Call is made with the HTTP Request node [item 0]');
	expect(error?.description).toContain('MiniMax Image API');
	expect(node.sandbox.requests).toHaveLength(0);
});
