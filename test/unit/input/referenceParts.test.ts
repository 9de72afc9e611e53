import fc from 'fast-check';

import { ReferenceReader } from '../../../nodes/MiniMaxImage/input/referenceParts';
import { ItemError } from '../../../nodes/MiniMaxImage/itemError';

const ANYWHERE = { isMiniMax: false };
const A = 'https://x.example/a.jpg';
const B = 'https://x.example/b.jpg?w=1,2';
const DATA = 'data:image/png;base64,iVBORw0KGgo+/A==';
const file = { mimeType: 'image/jpeg', fileName: 'a.jpg', id: 'filesystem-v2:1' };

const urls = (value: unknown, hosts = ANYWHERE) =>
	new ReferenceReader('url', hosts).read(value).map((part) => ('url' in part ? part.url : part));
const names = (value: unknown) => new ReferenceReader('binary', ANYWHERE).read(value);

/** The words of a refusal. */
function refusal(read: () => unknown): { message: string; remedy?: string } {
	try {
		read();
	} catch (error) {
		if (error instanceof ItemError) {
			return { message: error.message, remedy: error.facts.remedy };
		}
		throw error;
	}
	throw new Error('It was let through');
}

test.each<[string, unknown]>([
	['a list', [A, B]],
	['a list of lists', [[A], [B]]],
	['a list with gaps', [A, '', null, B]],
	['text with a comma', `${A}, ${B}`],
	['text with a comma and no blank', `${A},${B}`],
	['text with a semicolon', `${A};${B}`],
	['text with a blank', `${A} ${B}`],
	['text of two lines', `${A}\r\n\r\n${B}\n`],
	['JSON text', JSON.stringify([A, B])],
	['JSON text over lines', JSON.stringify([A, B], null, 2)],
	['JSON text of a model', '```json\n' + JSON.stringify([A, B]) + '\n```'],
	['JSON text of objects', JSON.stringify([{ url: A }, { url: B }])],
	['a list as Python writes it', `['${A}', '${B}']`],
	['a list without quotes', `[${A}, ${B}]`],
	['text in quotes', `"${A}", "${B}"`],
	['links as Slack writes them', `<${A}|a.jpg> <${B}>`],
	['links as Discord and Teams write them', `<${A}>, <${B}>`],
	['links of Markdown', `[a photo, mine](${A}) [b](${B} "title")`],
	['pictures of Markdown', `![a](${A})\n![](<${B}>)`],
	[
		'links of HTML, as Teams has them',
		`<p><a title="a" href="${A}">a photo</a> <a href='${B}'>b</a></p>`,
	],
	['pictures of HTML', `<div><img src="${A}" alt="a, b"><br/><img alt="" src="${B}" /></div>`],
	['paragraphs of HTML', `<p>${A}</p><p>${B}</p>`],
	['an export of Airtable', `a.jpg (${A}),b (1).jpg (${B})`],
	['attachments of Airtable', [A, B].map((url) => ({ id: 'att1', url, filename: 'a.jpg' }))],
	['attachments of Baserow', [A, B].map((url) => ({ url, visible_name: 'a', is_image: true }))],
	[
		'attachments of NocoDB',
		[
			{ path: 'download/a.jpg', url: A, mimetype: 'image/jpeg' },
			{ url: 'https://private.example/b', signedUrl: B, title: 'b' },
		],
	],
	['uploads of Cloudinary and others', [{ url: A }, { file_url: B }]],
	[
		'files of Notion',
		[
			{ type: 'external', external: { url: A } },
			{ type: 'file', file: { url: B, expiry_time: '2026-01-01' } },
		],
	],
	['text with bars', `${A} | ${B}`],
	['text with bars and no blank', `${A}|${B}`],
	['text with marks of Chinese', `${A}、${B}。`],
	['a list as people type it', `- ${A}\n- ${B}`],
	['a numbered list', `1. ${A}\n2. ${B}`],
	['a list with labels', `Front: ${A}\nSide view: ${B}`],
	['formulas of a sheet', `=IMAGE("${A}"), =HYPERLINK("${B}","the side")`],
	['a page of a database', { files: [{ external: { url: A } }, { external: { url: B } }] }],
	['products of a shop', [{ image: { src: A } }, { id: 7, media_url: B }]],
	['items of a workflow', [{ json: { photo: A } }, { json: { photo: B } }]],
	['parts of a chat message', [{ type: 'image_url', image_url: { url: A } }, { imageUrl: B }]],
])('%s gives both links', (_name, value) => {
	expect(urls(value)).toEqual([A, B]);
});

test.each<[string, string]>([
	['a full stop after it', `${A}.`],
	['a comma after it', `${A},`],
	['a bracket after it', `(${A})`],
	['quotes around it', `“${A}”`],
	['white space around it', `\n ${A}\u00a0`],
	['marks of no width around it', `\u200b${A}\u200e`],
	['words before it', `Here is the image: ${A}`],
	['no scheme', '//x.example/a.jpg'],
	['one slash', 'https:/x.example/a.jpg'],
])('a link with %s is the link', (_name, value) => {
	expect(urls(value)).toEqual([A]);
});

test.each([
	'https://x.example/fox_(animal).jpg',
	'https://x.example/w_200,h_300/face.jpg',
	'https://x.example/a%20b.jpg?sig=a%2Fb%3D=',
	'https://x.example/?u=https://y.example/a.jpg',
	'http://X.example:80/../a.jpg',
])('%s stays as it is', (link) => {
	expect(urls(link)).toEqual([link]);
});

test.each([
	['https://x.example/my photo.jpg', 'https://x.example/my%20photo.jpg'],
	['https://x.example/my%20photo ü.jpg', 'https://x.example/my%20photo%20%C3%BC.jpg'],
	[
		'https://x.example/портрет.png',
		'https://x.example/%D0%BF%D0%BE%D1%80%D1%82%D1%80%D0%B5%D1%82.png',
	],
	['https://x.example/狐.jpg?名=1', 'https://x.example/%E7%8B%90.jpg?%E5%90%8D=1'],
	['https://bücher.example/a.jpg', 'https://xn--bcher-kva.example/a.jpg'],
	['<https://x.example/a.jpg?a=1&amp;b=2|a>', 'https://x.example/a.jpg?a=1&b=2'],
])('%s is sent as a browser sends it', (link, encoded) => {
	expect(urls(link)).toEqual([encoded]);
	expect(urls([encoded])).toEqual([encoded]);
});

test.each<[string, unknown, unknown[]]>([
	['two data URLs in a list', [DATA, DATA], [DATA, DATA]],
	['two data URLs in text', `${DATA},${DATA}`, [DATA, DATA]],
	['two data URLs on lines', `${DATA}\n${DATA}`, [DATA, DATA]],
	['a data URL and a link', `${DATA}, ${A}`, [DATA, A]],
	['a link and a data URL', `${A}, ${DATA}`, [A, DATA]],
	['a wrapped data URL', DATA.replace('KGgo', 'KG\ngo'), [DATA.replace('KGgo', 'KG\ngo')]],
	['a data URL in Markdown', `![x](${DATA})`, [DATA]],
	['files and links', [file, A], [{ file }, A]],
	['a file alone', file, [{ file }]],
])('%s', (_name, value, parts) => {
	expect(urls(value)).toEqual(parts);
});

test('bare base64 text of an image is a data URL', () => {
	const text = '/9j/4AAQSkZJRgABAQ'.padEnd(200, 'A');

	expect(urls(text)).toEqual([`data:;base64,${text}`]);
	expect(urls([text, A])).toEqual([`data:;base64,${text}`, A]);
	expect(refusal(() => urls('/9j/photo.jpg')).message).toContain('neither a web link');
});

test.each<[string, unknown, unknown[]]>([
	['a name', 'data', [{ field: 'data' }]],
	['names', ' front, side ,', [{ field: 'front' }, { field: 'side' }]],
	['names on lines', 'front\nside', [{ field: 'front' }, { field: 'side' }]],
	['a list of names', ['front', 'side'], [{ field: 'front' }, { field: 'side' }]],
	['names as JSON', '["front","side"]', [{ field: 'front' }, { field: 'side' }]],
	['names in quotes', '"front", \'side\'', [{ field: 'front' }, { field: 'side' }]],
	[
		'names with marks',
		'a.b, c[0], d (1)',
		[{ field: 'a.b' }, { field: 'c[0]' }, { field: 'd (1)' }],
	],
	['a file', file, [{ file }]],
	['a list of files', [file, file], [{ file }, { file }]],
	['all files of an item', { front: file, side: file }, [{ file }, { file }]],
	[
		'names, files, links and data URLs',
		['front', file, A, DATA],
		[{ field: 'front' }, { file }, { url: A }, { url: DATA }],
	],
	['a name and a link', `front, ${A}`, [{ field: 'front' }, { url: A }]],
])('"Input Data Field Name(s)" takes %s', (_name, value, parts) => {
	expect(names(value)).toEqual(parts);
});

test.each<[unknown, RegExp]>([
	['ftp://x.example/a.jpg', /holds "ftp:.*neither a web link nor an image data URL$/],
	['x.example/a.jpg', /neither a web link/],
	['///a.jpg', /neither a web link/],
	[{ small: A, large: B }, /which has more than one link in it$/],
	[[{ photo: { small: A, large: B } }], /which has more than one link in it$/],
	['https://', /neither a web link/],
	['[object Object]', /holds "\[object Object\]", which is neither/],
	[{ path: 'download/a.jpg' }, /holds \{"path":"download\/a.jpg"\}, which has no link in it$/],
	[[3], /holds 3, which has no link in it$/],
	[{}, /holds \{\}, which has no link in it$/],
	[7, /must be text, but is a number: 7$/],
	[[], /is \[\], but must hold at least one link$/],
	[' , ', /must hold at least one link$/],
	['[]', /must hold at least one link$/],
	['', /is empty/],
])('%j is refused as "Image URL(s)"', (value, words) => {
	expect(refusal(() => urls(value)).message).toMatch(words);
	expect(refusal(() => urls(value)).message).toMatch(/^"Image URL\(s\)" /);
});

const TOKEN = '7123456789:AAHfiqksKZ8WmR2zSjiQ7-EXAMPLETOKENx';

test.each([
	`https://api.telegram.org/file/bot${TOKEN}/photos/file_1.jpg`,
	`https://api.telegram.org/file/bot${TOKEN.replace(':', '%3A')}/photos/file_1.jpg`,
	`https://botapi.example.com/file/bot${TOKEN}/photos/file_1.jpg`,
	`https://proxy.example.com/?url=${encodeURIComponent(`https://api.telegram.org/file/bot${TOKEN}/a.jpg`)}`,
	`my photo https://api.telegram.org/file/bot${TOKEN}/photos/file 1.jpg`,
	[`${A}`, `<https://api.telegram.org/file/bot${TOKEN}/a.jpg|photo>`],
	[{ file_path: `https://api.telegram.org/file/bot${TOKEN}/a.jpg` }],
])('a link with the token of a bot is refused, and nowhere shown: %j', (value) => {
	for (const isMiniMax of [true, false]) {
		const { message, remedy } = refusal(() => urls(value, { isMiniMax }));
		expect(message).toContain('the token of your bot');
		expect(`${message} ${remedy}`).not.toContain(TOKEN.slice(0, 8));
		expect(remedy).toContain('Binary File');
	}
});

test.each([
	...['http://localhost/a.jpg', 'http://localhost:5678/a.jpg', 'https://LOCALHOST./a.jpg'],
	...['http://127.0.0.1/a.jpg', 'http://127.1/a.jpg', 'http://0x7f000001/a.jpg', 'http://0/a.jpg'],
	...['http://2130706433/a.jpg', 'http://10.1.2.3/a.jpg', 'http://172.16.0.1/a.jpg'],
	...['http://192.168.1.5/a.jpg', 'http://192.168.257/a.jpg', 'http://169.254.169.254/a.jpg'],
	...['http://100.64.0.1/a.jpg', 'http://[::1]/a.jpg', 'http://[fd00::1]/a.jpg'],
	...['http://[fe80::1]/a.jpg', 'http://[::ffff:10.0.0.1]/a.jpg', 'http://１９２.168.1.5/a.jpg'],
	...['http://minio:9000/a.jpg', 'http://nas.local/a.jpg', 'http://files.internal/a.jpg'],
	...['http://host.docker.internal/a.jpg', 'http://user@localhost/a.jpg'],
])('MiniMax cannot open %s, a gateway may', (link) => {
	const { message, remedy } = refusal(() => urls(link, { isMiniMax: true }));

	expect(message).toMatch(
		/^"Image URL\(s\)" holds ".+", which MiniMax cannot open, because .+ is inside of your network$/,
	);
	expect(remedy).toContain('Binary File');
	expect(() => urls(link)).not.toThrow();
});

test.each([
	['https://drive.google.com/file/d/1AbC/view?usp=sharing', 'Google Drive'],
	['https://drive.google.com/open?id=1AbC', 'Google Drive'],
	['https://docs.google.com/uc?id=1', 'Google Drive'],
	['https://photos.app.goo.gl/AbC', 'Google Drive'],
	['https://www.dropbox.com/s/abc/a.jpg', 'Dropbox'],
	['https://www.dropbox.com/scl/fi/abc/a.jpg?rlkey=x&dl=0', 'Dropbox'],
	['https://1drv.ms/i/s!AbC', 'Microsoft OneDrive'],
	['https://onedrive.live.com/?id=1&cid=2', 'Microsoft OneDrive'],
	['https://contoso.sharepoint.com/:i:/s/team/AbC', 'Microsoft SharePoint'],
	['https://files.slack.com/files-pri/T1-F1/a.jpg', 'Slack'],
	['https://contoso-my.sharepoint.com/:i:/g/personal/me/AbC?e=1', 'Microsoft SharePoint'],
	['https://app.box.com/s/abc', 'Box'],
	['https://github.com/owner/name/blob/main/a.jpg', 'GitHub'],
])('%s leads to a page', (link, node) => {
	const { message, remedy } = refusal(() => urls(link, { isMiniMax: true }));

	expect(message).toContain('which leads to a page: download it with its node first');
	expect(remedy).toBe(`Get the file with the ${node} node, and choose Binary File as Input Type.`);
	expect(() => urls(link)).not.toThrow();
});

test.each(['https://we.tl/t-AbC', 'https://www.icloud.com/photos/#0AbC', 'https://imgur.com/AbC'])(
	'%s leads to a page that no node of n8n opens',
	(link) => {
		const { message, remedy } = refusal(() => urls(link, { isMiniMax: true }));

		expect(message).toContain('which leads to a page: download it there first');
		expect(remedy).toBe('Get the file, and choose Binary File as Input Type.');
	},
);

test.each([
	...[
		'https://drive.google.com/uc?export=download&id=1AbC',
		'https://lh3.googleusercontent.com/d/1',
	],
	...[
		'https://drive.usercontent.google.com/download?id=1',
		'https://drive.google.com/thumbnail?id=1',
	],
	...['https://www.dropbox.com/s/abc/a.jpg?dl=1', 'https://www.dropbox.com/s/abc/a.jpg?raw=1'],
	...['https://dl.dropboxusercontent.com/s/abc/a.jpg', 'https://onedrive.live.com/download?id=1'],
	...['https://contoso.sharepoint.com/:i:/s/team/AbC?download=1', 'https://8.8.8.8/a.jpg'],
	...[
		'https://localhost.example.com/a.jpg',
		'https://172.32.0.1/a.jpg',
		'https://[2606:4700::1]/a.jpg',
	],
	'https://files.slack.com/files-pri/T1-F1/a.jpg?pub_secret=1',
	'https://api.telegram.org/robots.jpg',
	...['https://acme.box.com/shared/static/abc.jpg', 'https://i.imgur.com/AbC.jpg'],
	...['https://github.com/owner/name/raw/main/a.jpg', 'https://imgur.com/AbC.jpg'],
])('%s is let through', (link) => {
	expect(urls(link, { isMiniMax: true })).toEqual([link]);
});

test('whatever an expression gives is taken, or refused in our words', () => {
	const odd = fc.oneof(
		fc.anything(),
		fc.json(),
		fc.string({ unit: fc.constantFrom(...'<>[](){}|,;:"\'` \n.a/', 'https://', 'data:', A, DATA) }),
	);
	fc.assert(
		fc.property(odd, fc.boolean(), (value, isMiniMax) => {
			for (const inputType of ['url', 'binary'] as const) {
				const reader = new ReferenceReader(inputType, { isMiniMax });
				try {
					expect(reader.read(value).length).toBeGreaterThan(0);
				} catch (error) {
					expect(error).toBeInstanceOf(ItemError);
				}
			}
		}),
		{ seed: 41, numRuns: 2_000 },
	);
});

test.each<[string, string, unknown[]]>([
	['words before and behind it', `Look: ${A} is the photo.`, [A]],
	['words in brackets', `the photo (${A}), please`, [A]],
	['a label with a comma', `Use this, please: ${A}\n\nThanks, Anna`, [A]],
	['an attribute without quotes of its own', `<a class=x href='${A}'>a, b</a>`, [A]],
	[
		'brackets of its own',
		'see [x] (https://x.example/a_(b)[1].jpg)',
		['https://x.example/a_(b)[1].jpg'],
	],
	[
		'an address of the network',
		'photo <http://[2606:4700::1]/a.jpg>',
		['http://[2606:4700::1]/a.jpg'],
	],
	['another link without its scheme', `${A}, //x.example/b.jpg`, [A, 'https://x.example/b.jpg']],
	['marks of Markdown', `**Photo** > ${A}`, [A]],
	['a scheme in capitals', A.replace('https', 'HTTPS'), [A.replace('https', 'HTTPS')]],
])('a link with %s is found', (_name, text, links) => {
	expect(urls(text)).toEqual(links);
});

test.each([
	['ftp://x.example/b.jpg', `${A}, ftp://x.example/b.jpg`],
	['x.example/b.jpg', `${A}\nx.example/b.jpg`],
	['www.x', `${A}; www.x`],
])('an address that does not work, %s, is told also beside a link', (address, text) => {
	expect(refusal(() => urls(text)).message).toBe(
		`"Image URL(s)" holds "${address}", which is neither a web link nor an image data URL`,
	);
});

const STORED = {
	mimeType: 'image/png',
	id: 'filesystem-v2:workflows/1/executions/2/binary_data/3',
};

test.each<[string, unknown]>([
	['JSON text', JSON.stringify(STORED)],
	['JSON text of a list', JSON.stringify([A, STORED])],
	['JSON text of files by their fields', JSON.stringify({ data: STORED, other: STORED })],
	['JSON text far inside', JSON.stringify([[{ url: [{ front: STORED }] }]])],
	['fenced JSON text', '```json\n' + JSON.stringify(STORED) + '\n```'],
	['JSON text in JSON text', JSON.stringify(JSON.stringify(STORED))],
	['JSON text in a list', [JSON.stringify(STORED)]],
	['JSON text in an object', { url: JSON.stringify(STORED) }],
	['JSON text of a file with its content', JSON.stringify({ mimeType: 'image/png', data: 'AAAA' })],
])('%s names no file of n8n, in either field', (_name, value) => {
	for (const read of [() => urls(value), () => names(value)]) {
		const { message, remedy } = refusal(read);
		expect(message).toMatch(
			/^"(Image URL\(s\)|Input Data Field Name\(s\))" is text that describes a file of n8n/,
		);
		expect(remedy).toContain('enter the name of the field');
	}
});

/** A value in so many lists. */
function inLists(depth: number, value: unknown): unknown {
	let nested = value;
	for (let level = 0; level < depth; level++) nested = [nested];
	return nested;
}

const circle: unknown[] = [];
circle.push(circle);

test.each<[string, unknown, string]>([
	[
		'a text of 50,001 characters',
		`${A} ${'x'.repeat(50_000)}`,
		'50,000 characters beside its data URLs',
	],
	['a text of many colons', ':'.repeat(60_000), '50,000 characters beside its data URLs'],
	['JSON text of 50,001 brackets', '['.repeat(50_001), '50,000 characters beside its data URLs'],
	[
		'JSON text of brackets and a data URL',
		`${'['.repeat(50_001)}"${DATA}`,
		'50,000 characters beside',
	],
	['a text of 80 MB', `${DATA}${'A'.repeat(80_000_000)}`, '67,108,864 characters'],
	['101 links', Array(101).fill(A), '100 reference images'],
	['101 links in a text', Array(101).fill(A).join('\n'), '100 reference images'],
	['a list of a million links', Array(1_000_000).fill(A), '100 reference images'],
	['a list of a million gaps', Array(1_000_000).fill(null), '10,000 values'],
	['an object of many fields', Object.fromEntries(Array(20_000).entries()), '10,000 values'],
	['21 levels', inLists(21, A), '20 levels of lists and objects'],
	['100,000 levels', inLists(100_000, A), '20 levels of lists and objects'],
	['JSON text of 20,000 levels', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, '20 levels'],
	['a circle', circle, '20 levels of lists and objects'],
])('%s: too much, and refused at once', (_name, value, what) => {
	const startedAt = process.cpuUsage();

	expect(refusal(() => urls(value)).message).toMatch(
		new RegExp(`^"Image URL\\(s\\)" holds more than ${what}`),
	);
	expect(process.cpuUsage(startedAt).user / 1000).toBeLessThan(300);
});

test('twenty levels, a hundred links and a text of 50,000 characters are read', () => {
	expect(urls(inLists(19, A))).toEqual([A]);
	expect(urls(Array(100).fill(A))).toHaveLength(100);
	expect(urls(`${A} `.padEnd(49_999, ' \n') + 'x')).toEqual([A]);
	expect(urls(JSON.stringify([DATA + 'A'.repeat(60_000), A]))).toHaveLength(2);
});

test('a name of 200 characters is a name, and a longer one is refused', () => {
	expect(names('x'.repeat(200))).toEqual([{ field: 'x'.repeat(200) }]);
	expect(refusal(() => names(`front, ${'x'.repeat(201)}`)).message).toMatch(
		/^"Input Data Field Name\(s\)" holds a name of 201 characters, "x{80}…"/,
	);
});

test('a link of 8,192 characters is a link, and a longer one is refused', () => {
	const long = `${A}?`.padEnd(8192, 'x');

	expect(urls(long)).toEqual([long]);
	expect(refusal(() => urls(`${long}x`)).message).toMatch(
		/^"Image URL\(s\)" holds "https:.{70,80}…", which has 8,193 characters$/,
	);
});

test.each([70, 600, 990, 995, 1000])(
	'a token that stands behind %i characters is not shown in part',
	(length) => {
		const value = {
			note: 'x'.repeat(length),
			path: `https://x.example/bot${TOKEN}/a.jpg`,
			more: 3,
		};
		const { message, remedy } = refusal(() => urls([{ a: value, b: [value] }]));

		expect(`${message} ${remedy}`).not.toContain(TOKEN.slice(0, 8));
	},
);

test('megabytes of base64 are read within moments', () => {
	const large = `data:image/jpeg;base64,${'/9j/4AAQ+zZ0'.repeat(1_100_000)}`;
	const startedAt = performance.now();

	expect(urls([large])).toEqual([large]);
	expect(urls(`${large},${A}`)).toEqual([large, A]);
	expect(urls(large.slice(23))).toEqual([`data:;base64,${large.slice(23)}`]);
	expect(performance.now() - startedAt).toBeLessThan(3_000);
});
