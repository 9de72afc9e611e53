import {
	describeSandboxClient,
	PLAIN_REQUEST,
	reference,
	subject,
} from '../../support/sandboxClient';

const client = describeSandboxClient();

describe('the rules of the API', () => {
	const live = { model: 'image-01-live' };
	const style = { style_type: '水彩', style_weight: 0.5 };

	test.each<[string, object]>([
		['the least there can be', {}],
		['a prompt of 1500 characters outside the basic plane', { prompt: '🦊'.repeat(1500) }],
		['line breaks and tabs', { prompt: 'a\n\t\r\nb' }],
		['the widest ratio', { aspect_ratio: '21:9' }],
		['a size of its own', { width: 512, height: 2048 }],
		['nine images', { n: 9 }],
		['seed 0', { seed: 0 }],
		['a negative seed', { seed: -1 }],
		['both switches', { prompt_optimizer: true, aigc_watermark: false }],
		['a style for the live model', { ...live, style }],
		['a style without a weight', { ...live, style: { style_type: '漫画' } }],
		['a linked reference', { ...live, ...subject('https://example.com/face.jpg') }],
	])('accept %s', async (_name, fields) => {
		expect(await client.verdict(fields)).toBe('0 success');
	});

	test.each<[string, object]>([
		['model', { model: 'image-02' }],
		['model', { model: undefined }],
		['prompt', { prompt: undefined }],
		['prompt', { prompt: 7 }],
		['prompt', { prompt: ' \n ' }],
		['prompt', { prompt: 'x'.repeat(1501) }],
		['aspect_ratio', { aspect_ratio: '5:4' }],
		['aspect_ratio', { ...live, aspect_ratio: '21:9' }],
		['width', { width: 512 }],
		['height', { height: 512 }],
		['width', { width: 504, height: 512 }],
		['height', { width: 512, height: 2056 }],
		['width', { width: 513, height: 512 }],
		['width', { width: '512', height: 512 }],
		['width', { ...live, width: 512, height: 512 }],
		['width', { width: 512, height: 512, aspect_ratio: '1:1' }],
		['response_format', { response_format: 'b64' }],
		['n', { n: 0 }],
		['n', { n: 10 }],
		['n', { n: 1.5 }],
		['n', { n: '2' }],
		['n', { n: null }],
		['seed', { seed: 2 ** 53 }],
		['seed', { seed: '1' }],
		['prompt_optimizer', { prompt_optimizer: 'true' }],
		['aigc_watermark', { aigc_watermark: 1 }],
		['subject_reference', { subject_reference: [] }],
		['subject_reference', { subject_reference: {} }],
		['subject_reference\\[0\\]', { subject_reference: ['https://example.com/face.jpg'] }],
		['type', { subject_reference: [{ type: 'style', image_file: 'https://example.com/a.jpg' }] }],
		[
			'weight',
			{ subject_reference: [{ type: 'character', image_file: 'https://a.b', weight: 1 }] },
		],
		['image_file', subject(7)],
		['image_file', subject('face.jpg')],
		['image_file', subject('ftp://example.com/face.jpg')],
		['style', { style }],
		['style', { ...live, style: 'comic' }],
		['style_type', { ...live, style: { style_type: 'comic' } }],
		['style_weight', { ...live, style: { ...style, style_weight: 0 } }],
		['style_weight', { ...live, style: { ...style, style_weight: 1.1 } }],
		['strength', { ...live, style: { ...style, strength: 1 } }],
		['aspectRatio', { aspectRatio: '1:1' }],
		['toString', { toString: 'inherited names are unknown too' }],
	])('refuse a bad %s by name (rule %#)', async (field, fields) => {
		expect(await client.verdict(fields)).toMatch(new RegExp(`^2013 invalid params, .*\\b${field}`));
		expect(client.sandbox.requests).toMatchObject([
			{ outcome: 'refused', code: 2013, paidImages: 0 },
		]);
	});

	test('a reference by data URL is taken when its bytes are what it says', async () => {
		const [jpeg, png] = [await reference('jpeg'), await reference('png')];
		expect(await client.verdict(subject(jpeg))).toBe('0 success');
		expect(await client.verdict(subject(png))).toBe('0 success');
		expect(await client.verdict(subject(jpeg.replace('jpeg', 'png')))).toMatch(/^2013 .*not a png/);
		expect(await client.verdict(subject(jpeg.replace('jpeg', 'jpg')))).toMatch(
			/^2013 .*image_file/,
		);
		expect(await client.verdict(subject(`${jpeg.slice(0, -8)}-_!?====`))).toMatch(/^2013 .*base64/);
		const onlyMagic = Buffer.from([0xff, 0xd8, 0xff, 0xe0]).toString('base64');
		const stub = `data:image/jpeg;base64,${onlyMagic}`;
		expect(await client.verdict(subject(stub))).toMatch(/^2013 .*cannot be decoded/);
	});

	test('a reference must stay under 10 MB', async () => {
		const image = Buffer.from((await reference('jpeg')).split(',')[1] ?? '', 'base64');
		const sized = (bytes: number) => {
			const padding = Buffer.alloc(bytes - image.length);
			const base64 = Buffer.concat([image, padding]).toString('base64');
			return subject(`data:image/jpeg;base64,${base64}`);
		};
		expect(await client.verdict(sized(10 * 1024 * 1024 - 1))).toBe('0 success');
		expect(await client.verdict(sized(10 * 1024 * 1024))).toMatch(/^2013 .*under 10 MB/);
	});

	test('a body that is no JSON object, or not called JSON, is refused', async () => {
		for (const body of ['{', '[]', 'null', '"text"', '']) {
			expect((await client.post(body)).json.base_resp?.status_code).toBe(2013);
		}
		const { json } = await client.post(PLAIN_REQUEST, { 'content-type': 'text/plain' });
		expect(json.base_resp?.status_msg).toContain('Content-Type');
		const spelled = { 'content-type': 'application/json; charset=utf-8' };
		expect((await client.post(PLAIN_REQUEST, spelled)).json.base_resp?.status_code).toBe(0);
	});

	test('more than a tenth of invisible characters is refused', async () => {
		expect(await client.verdict({ prompt: `nine char\u200b` })).toBe('0 success');
		expect(await client.verdict({ prompt: `eight ch\u200b\u0007` })).toMatch(/^1042 /);
	});

	test('sensitive prompts are refused, or lose some of their images', async () => {
		expect(await client.verdict({ prompt: 'BLOCKED fox' })).toBe('1026 input new_sensitive');
		expect(await client.verdict({ prompt: 'BLOCK_ALL foxes' })).toBe('1027 output new_sensitive');
		const some = await client.post({ ...PLAIN_REQUEST, prompt: 'BLOCK_2', n: 3 });
		expect(some.json.metadata).toEqual({ success_count: 1, failed_count: 2 });
		expect(some.json.data?.image_urls).toHaveLength(1);
		const none = await client.post({ ...PLAIN_REQUEST, prompt: 'BLOCK_5', n: 2 });
		expect(none.json).toMatchObject({
			data: { image_urls: [] },
			metadata: { success_count: '0', failed_count: '2' },
			base_resp: { status_code: 0 },
		});
		expect(client.sandbox.paidImages).toBe(1);
	});
});
