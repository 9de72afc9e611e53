import type { StatusFault } from '../../sandbox';
import { charged, withLinks } from '../../support/answers';
import { collectLog } from '../../support/nodeLog';
import type { NodeRun } from '../../support/node';
import { describeSandbox } from '../../support/sandbox';

const KEY = 'sk-abcDEF0123456789ghiJKL_mnopqrSTUVwxyz.0987654321-abcdefghij';

const node = describeSandbox({ plain: true, key: KEY });
const log = collectLog();

const CONTINUE = { onError: 'continueRegularOutput' as const };
const noRetries = { options: { maxRetries: 0 } };

/** A run of so many characters gives the key away. */
const RUN = 12;
const RUNS = Array.from({ length: KEY.length - RUN + 1 }, (_, at) => KEY.slice(at, at + RUN));

const hex = (character: string) => character.charCodeAt(0).toString(16).padStart(2, '0');
const each = (write: (character: string) => string) => [...KEY].map(write).join('');

/** How a service may repeat the key. */
const FORMS: Record<string, string> = {
	plain: KEY,
	'with its header': `Bearer ${KEY}`,
	'its first 20 characters': KEY.slice(0, 20),
	'its last 12 characters': KEY.slice(-RUN),
	'escaped as in JSON': each((one) => `\\u00${hex(one)}`),
	'escaped twice': each((one) => `\\\\u00${hex(one)}`),
	'escaped in part': KEY.slice(0, 8) + each((one) => `\\u00${hex(one).toUpperCase()}`).slice(48),
	'percent-encoded': each((one) => `%${hex(one)}`),
	'percent-encoded twice': each((one) => `%25${hex(one)}`),
	'as HTML': each((one) => `&#${one.charCodeAt(0)};`),
	'as HTML in hex': each((one) => `&#x${hex(one)};`),
	'with backslashes': each((one) => (/\w/.test(one) ? one : `\\${one}`)),
};

/** The same with what disappears from texts and links. */
const BROKEN_UP: Record<string, string> = {
	'with tabs': each((one) => `${one}\t`),
	'in two lines': `${KEY.slice(0, 11)}\n${KEY.slice(11)}`,
	'with null characters': each((one) => `${one}\0`),
	'with marks of direction': each((one) => `${one}\u202e`),
};

/** A text as whoever reads it can write it anew, in up to three rounds. */
function readings(text: string): string[] {
	const rounds = [text];
	for (let round = 0; round < 3; round++) {
		const code = (_all: string, digits: string) => String.fromCharCode(Number.parseInt(digits, 16));
		rounds.push(
			(rounds.at(-1) ?? '')
				.replace(/\\+u00([\da-f]{2})/gi, code)
				.replace(/%([\da-f]{2})/gi, code)
				.replace(/&#x([\da-f]+);/gi, code)
				.replace(/&#(\d+);/g, (_all, digits: string) => String.fromCharCode(Number(digits)))
				.replace(/\\(?=[^u])/g, ''),
		);
	}
	return rounds;
}

/** All that a run leaves anywhere. */
function expectNoKey(...runs: NodeRun[]): void {
	for (const { items, errorItems, error, hints, stored } of runs) {
		const parts = [items, errorItems, error, error?.message, error?.description, error?.context];
		const all = readings(JSON.stringify([...parts, hints, stored, log]));
		expect(RUNS.filter((run) => all.some((text) => text.includes(run)))).toEqual([]);
	}
	// The links of a success would be asked for with the key in them.
	expect(node.sandbox.violations).toEqual([]);
}

async function runs(): Promise<NodeRun[]> {
	return [
		await node.run({ parameters: noRetries }),
		await node.run({ node: CONTINUE, parameters: { ...noRetries, downloadImages: false } }),
	];
}

describe.each(Object.entries({ ...FORMS, ...BROKEN_UP }))(
	'the key %s is nowhere after it came in',
	(_name, key) => {
		test('words, wherever they are cut', async () => {
			const texts = [0, 270, 290, 299, 960, 999, 3_990].map((at) => 'x '.repeat(at / 2) + key);
			node.sandbox.always(({ body }) => ({
				answer: { base_resp: { status_code: 2013, status_msg: texts[Number(body.seed)] } },
			}));

			expectNoKey(
				await node.run({
					items: texts.map((_text, seed) => ({ json: { seed } })),
					node: CONTINUE,
					parameters: { options: { seed: '={{ $json.seed }}', maxRetries: 0 } },
				}),
			);
		});

		test('a plain text across its 300th character', async () => {
			node.sandbox.always({ status: 400, body: `${'x'.repeat(270)} ${key}` });

			expectNoKey(...(await runs()));
		});

		test('an error in JSON, in all of its fields', async () => {
			const error = { message: key, type: key, code: key, detail: key };
			node.sandbox.always({ status: 500, body: { error, detail: key, request_id: key, id: key } });

			expectNoKey(...(await runs()));
		});

		test('JSON of a shape that nobody knows', async () => {
			node.sandbox.always(charged(JSON.stringify({ request: { authorization: key } })));

			expectNoKey(...(await runs()));
		});

		test('the id of a success', async () => {
			node.sandbox.always({ edit: (answer) => ({ ...answer, id: key, request_id: key }) });

			const [delivered, ...others] = await runs();

			expect(delivered?.items[0]?.json.width).toBe(1024);
			expectNoKey(...(delivered ? [delivered] : []), ...others);
		});

		test('the id of a success with inline images', async () => {
			node.sandbox.always({ edit: (answer) => ({ ...answer, id: key }) });

			expectNoKey(await node.run({ parameters: { prompt: '…', options: { transfer: 'base64' } } }));
		});

		test('the links of a success', async () => {
			node.sandbox.always({
				edit: ({ data, ...rest }) => {
					const [link = ''] = data.image_urls ?? [];
					const links = [`${link}&k=${key}`, `${link}#${key}`, link.replace('://', `://u:${key}@`)];
					return { ...rest, data: { image_urls: links } };
				},
			});

			expectNoKey(...(await runs()));
		});

		test('links that are none', async () => {
			node.sandbox.always({
				answer: withLinks(
					`/${key}`,
					`http://${key}.invalid/`,
					`javascript:${key}`,
					`${'x'.repeat(190)}${key}`,
					`data:text/html,${key}`,
				),
			});

			expectNoKey(...(await runs()));
		});

		test('the words of an image host, and where it redirects', async () => {
			const address = encodeURI(`http://127.0.0.1:9/${key}`);
			for (const fault of [
				{ status: 500, body: `<p>${key}` },
				{ body: key },
				{ redirect: address },
			]) {
				node.sandbox.alwaysImages(fault);
				const [run] = await runs();
				if (run) expectNoKey(run);
			}
			node.sandbox.alwaysImages({ redirect: `javascript:${encodeURI(key)}` });
			expectNoKey(...(await runs()));
		});
	},
);

// Node.js sends no header with what is broken up.
test.each(Object.entries(FORMS))(
	'the key %s is nowhere after it came in headers',
	async (_name, key) => {
		const headers = { 'trace-id': key, 'x-request-id': key, location: key, 'retry-after': key };
		const faults: StatusFault[] = [
			{ status: 400, body: 'bad', headers },
			{ status: 302, body: `moved to ${key}`, headers },
			{ status: 503, body: '', headers },
		];
		for (const fault of faults) {
			node.sandbox.always(fault);
			const [run] = await runs();
			if (run) expectNoKey(run);
		}
	},
);

test('a key across the end of what is read of long words leaves no run of it', async () => {
	for (let at = 3_930; at < 4_010; at += 7) {
		const words = `${'\u0000'.repeat(at)}${KEY}`;
		node.sandbox.always({ answer: { base_resp: { status_code: 2013, status_msg: words } } });

		expectNoKey(await node.run());
	}
});

test('a key is taken out of texts that are full of escapes within a moment', async () => {
	const texts = ['%', '\\', '%25', '&#x0', '&amp;', '\\u00', KEY.slice(0, 11)];
	const words = texts.map((text) => text.repeat(4_000).slice(0, 8_000));
	node.sandbox.always(({ body }) => ({
		answer: {
			...withLinks(...Array<string>(9).fill(`http://127.0.0.1:9/${words[Number(body.seed)]}`)),
			id: words[Number(body.seed)],
		},
	}));
	const startedAt = performance.now();

	const { items } = await node.run({
		items: words.map((_text, seed) => ({ json: { seed } })),
		parameters: { downloadImages: false, options: { seed: '={{ $json.seed }}' } },
		node: CONTINUE,
	});

	expect(items.length).toBeGreaterThanOrEqual(words.length);
	expect(performance.now() - startedAt).toBeLessThan(5_000);
});
