import fc from 'fast-check';

import { readId, readPage, readWords, redactor } from '../../../nodes/MiniMaxImage/api/words';
import { Base64Text } from '../../../nodes/MiniMaxImage/http/base64Text';

/** A key as MiniMax makes them today, with characters that JSON and HTML escape. */
const KEY = 'sk-api-Q7mZ1vK4x/T9rB2nW8c+YdE5fG6hJ3kL0pS&Vu';

const redact = redactor(KEY);

const RUN = 12;

const hexOf = (character: string) => character.charCodeAt(0).toString(16).padStart(2, '0');

/** How texts escape characters on their way. */
const ESCAPES: Record<string, (character: string) => string> = {
	'JSON by number': (one) => `\\u00${hexOf(one)}`,
	'JSON by number in capitals': (one) => `\\u00${hexOf(one).toUpperCase()}`,
	'JSON in JSON': (one) => `\\\\u00${hexOf(one)}`,
	'JavaScript by number': (one) => `\\x${hexOf(one)}`,
	addresses: (one) => `%${hexOf(one)}`,
	'addresses in addresses': (one) => `%25${hexOf(one).toUpperCase()}`,
	'HTML by hexadecimal number': (one) => `&#x${hexOf(one)};`,
	'HTML by number with zeros': (one) => `&#00${one.charCodeAt(0)};`,
	'HTML in HTML': (one) => `&amp;#${one.charCodeAt(0)};`,
};

/** A text as a reader could undo its escapes: by every way, again and again. */
function unescaped(text: string): string {
	const code = (digits: string, base: number) => String.fromCharCode(Number.parseInt(digits, base));
	const once = (given: string) =>
		given
			.replace(/&amp;/g, '&')
			.replace(/%25/g, '%')
			.replace(/\\+(?:u00|x)([\da-f]{2})/gi, (_all, digits: string) => code(digits, 16))
			.replace(/&#x0*([\da-f]{2});/gi, (_all, digits: string) => code(digits, 16))
			.replace(/&#0*(\d{2,3});/g, (_all, digits: string) => code(digits, 10))
			.replace(/%([\da-f]{2})/gi, (_all, digits: string) => code(digits, 16))
			.replace(/\\+(?=[^ux])/g, '');
	return [1, 2, 3].reduce(once, text);
}

/** The first run of the key that a text holds, escaped or not. */
function runIn(text: string, key = KEY): string | undefined {
	const plain = [text, unescaped(text)];
	return Array.from({ length: key.length - RUN + 1 }, (_, at) => key.slice(at, at + RUN)).find(
		(run) => plain.some((one) => one.includes(run)),
	);
}

describe('the redactor', () => {
	test('takes the whole key out, wherever it is and however often', () => {
		expect(redact(`${KEY} a ${KEY}`)).toBe('[API key] a [API key]');
		expect(redact(`Bearer ${KEY}.`)).toBe('Bearer [API key].');
	});

	test('takes every run of 12 characters out, and no shorter one', () => {
		for (let at = 0; at + RUN <= KEY.length; at++) {
			expect(redact(`<${KEY.slice(at, at + RUN)}>`)).toBe('<[API key]>');
			expect(redact(`<${KEY.slice(at, at + RUN - 1)}>`)).toBe(`<${KEY.slice(at, at + RUN - 1)}>`);
		}
	});

	test('takes runs out that overlap with other text of the key', () => {
		expect(redact(`${KEY.slice(0, 15)}${KEY.slice(0, 15)}`)).toBe('[API key]');
		expect(redact(`${KEY.slice(0, 15)}-${KEY.slice(20)}`)).toBe('[API key]-[API key]');
	});

	test.each(Object.entries(ESCAPES))(
		'takes the key out that is escaped as in %s',
		(_name, escape) => {
			const whole = [...KEY].map(escape).join('');
			const signs = KEY.replace(/\W/g, escape);
			const run = [...KEY.slice(5, 5 + RUN)].map(escape).join('');

			expect(redact(`a ${whole} b`)).toBe('a [API key] b');
			expect(redact(`a ${signs} b`)).toBe('a [API key] b');
			expect(redact(`a ${run} b`)).toBe('a [API key] b');
		},
	);

	test.each([1, 3, 7])('takes the key out whose slash has %d backslashes', (count) => {
		expect(redact(`"${KEY.replace('/', `${'\\'.repeat(count)}/`)}"`)).toBe('"[API key]"');
	});

	test.each([
		'',
		'100 % of \\ & < >',
		'%zz \\u00 &#; &amp; %25',
		'C:\\Users\\name',
		'https://a.example/?Expires=1&Signature=x%2By%3D',
		'ümläut 💡',
	])('leaves %j as it is', (text) => {
		expect(redact(text)).toBe(text);
	});

	test('leaves what stands beside the key as it is, escapes included', () => {
		expect(redact(`%41\\n&amp;${KEY}\\t%2F💡`)).toBe('%41\\n&amp;[API key]\\t%2F💡');
	});

	test.each(['sk-short', 'sk'])('takes a short key, %s, out as a whole alone', (key) => {
		const own = redactor(key);

		expect(own(`a ${key} b`)).toBe('a [API key] b');
		expect(own(`a ${key.slice(1)} b`)).toBe(`a ${key.slice(1)} b`);
	});

	test.each(['\\', '%', '&', '%25', '&amp;', '\\u00', '&#x0000', '\\u0073', 'sk-api-Q7mZ1v'])(
		'takes no time for 10,000 characters of %s',
		(sign) => {
			const text = sign.repeat(10_000 / sign.length);
			const startedAt = performance.now();
			redact(text);

			expect(performance.now() - startedAt).toBeLessThan(200);
		},
	);
});

describe('words of a service', () => {
	test('are trimmed, on one line, and hold nothing that renders or hides', () => {
		expect(readWords(' a\n\t<b>c</b>\u202ed\u0007 ', redact)).toBe('a ‹b›c‹/b›d');
	});

	test.each([undefined, null, 7, {}, [], '', ' \n '])('are none where they are %j', (value) => {
		expect(readWords(value, redact)).toBeUndefined();
	});

	test('are cut at 1,000 characters, ids at 200, pages at 300', () => {
		expect(readWords('a'.repeat(8_000_000), redact)).toBe('a'.repeat(1000));
		expect(readId('a'.repeat(8_000_000), redact)).toBe('a'.repeat(200));
		expect(readPage('a'.repeat(8_000_000), redact)).toBe('a'.repeat(300));
	});

	test('are as long as they may be once the key is out', () => {
		expect(readWords(`${KEY}${'a'.repeat(2000)}`, redact)).toBe(`[API key]${'a'.repeat(991)}`);
	});

	test('take no time, however long they are', () => {
		const text = '%'.repeat(8_000_000);
		const startedAt = performance.now();
		readWords(text, redact);

		expect(performance.now() - startedAt).toBeLessThan(500);
	});

	test('hold no key with angle brackets, which are shown as others', () => {
		const key = 'sk-a<b>c<d>e<f>g<h>';

		expect(readWords(`No ${key}`, redactor(key))).toBe('No [API key]');
	});

	test('that were taken for base64 are told by their beginning', () => {
		expect(readWords(Base64Text.of('A'.repeat(20_000)), redact)).toBe('A'.repeat(1000));
	});

	test('are never cut within a character of two units', () => {
		for (const start of [998, 999, 1000]) {
			const words = readWords(`${'a'.repeat(start)}💡💡`, redact) ?? '';

			expect(words.length).toBeLessThanOrEqual(1000);
			expect(words).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
			expect(words.startsWith('a'.repeat(start))).toBe(true);
		}
	});

	test('are cut after the key is taken out, so that no piece of it is left at the end', () => {
		for (let start = 900; start <= 1010; start++) {
			const words = readWords(`${'.'.repeat(start)}${KEY} and more`, redact) ?? '';

			expect(runIn(words)).toBeUndefined();
			expect(words.slice(0, start)).toBe('.'.repeat(Math.min(start, 1000)));
		}
	});

	test('hold no run of a key that crosses the end of what is read', () => {
		for (let start = 3_940; start <= 4_000; start++) {
			// So many keys that what is left of 4,000 characters is short.
			const words = readWords(`${KEY}${'\u0000'.repeat(start - KEY.length)}${KEY}`, redact) ?? '';

			expect(runIn(words)).toBeUndefined();
		}
	});

	test.each(['\u0000', '\u202e', '\u200e', '\u001b'])(
		'hold no key between whose characters %j stands',
		(mark) => {
			expect(readWords([...KEY].join(mark), redact)).toBe('[API key]');
		},
	);

	test('of a page are those that one sees, without the key', () => {
		const page = `<style>p{}</style><p>No <b>entry</b> for ${KEY}</p><script>alert(1)</script>`;

		expect(readPage(page, redact)).toBe('No entry for [API key]');
	});
});

/** Parts that texts of a service may hold: pieces of the key, escaped in any way, and what stands between. */
const part = fc.oneof(
	fc
		.tuple(
			fc.nat(KEY.length),
			fc.nat(KEY.length),
			fc.constantFrom<(character: string) => string>((one) => one, ...Object.values(ESCAPES)),
		)
		.map(([from, length, escape]) => [...KEY.slice(from, from + length)].map(escape).join('')),
	fc.constantFrom(KEY, KEY.replaceAll('/', '\\/'), '\u0000', '\\', '%', '&', ' ', '\n'),
	fc.constantFrom('.'.repeat(280), '.'.repeat(960), '.'.repeat(3_950)),
	fc.string({ maxLength: 5 }),
);

test('no run of 12 characters of the key is in any words, ids or pages', () => {
	fc.assert(
		fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
			const text = parts.join('');

			for (const read of [readWords, readId, readPage]) {
				const words = read(text, redact) ?? '';
				expect([words, runIn(words)]).toEqual([words, undefined]);
				expect(words.length).toBeLessThanOrEqual(1000);
			}
		}),
		{ seed: 61, numRuns: 700 },
	);
});
