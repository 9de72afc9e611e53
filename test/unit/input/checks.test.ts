import { ItemError } from '../../../nodes/MiniMaxImage/itemError';
import {
	checkBoolean,
	checkNumber,
	checkSeed,
	checkText,
	checkWholeNumber,
	isUnset,
	shown,
} from '../../../nodes/MiniMaxImage/input/checks';

/** The words of a refusal, or the value that was let through. */
function outcome(check: () => unknown): unknown {
	try {
		return check();
	} catch (error) {
		if (error instanceof ItemError) return error.message;
		throw error;
	}
}

describe('a whole number', () => {
	const count = { min: 1, max: 9 };

	test.each([
		[3, 3],
		['3', 3],
		[' 3 ', 3],
		['3.0', 3],
		['0.5e1', 5],
		['0x9', 9],
		['３', 3],
		['3,0', 3],
		['3\u200b', 3],
		[1, 1],
		[9, 9],
	])('%j is taken as %j', (value, number) => {
		expect(checkWholeNumber('Images', value, count)).toBe(number);
	});

	test.each([
		[0, '0'],
		[10, '10'],
		[1.5, '1.5'],
		['1e3', '"1e3"'],
		['three', '"three"'],
		['3 images', '"3 images"'],
		['1,5', '"1,5"'],
		[' ', 'empty'],
		['1,2,3', '"1,2,3"'],
		['', 'empty'],
		[null, 'empty'],
		[undefined, 'empty'],
		[true, 'true'],
		['NaN', '"NaN"'],
		['Infinity', '"Infinity"'],
	])('%p is refused and shown as %s', (value, words) => {
		expect(outcome(() => checkWholeNumber('Images', value, count))).toBe(
			`Images is ${words}, but must be a whole number from 1 to 9`,
		);
	});

	test.each([Number.NaN, Infinity, -Infinity])('%p is refused', (value) => {
		expect(outcome(() => checkWholeNumber('Images', value, count))).toMatch(
			/^Images is .*, but must be a whole number from 1 to 9$/,
		);
	});

	test.each([[[3]], [{ count: 3 }], [[]], [{}]])('%j is refused and shown', (value) => {
		const words = outcome(() => checkWholeNumber('Images', value, count));

		expect(words).toContain(JSON.stringify(value));
		expect(words).toContain('must be a whole number from 1 to 9');
	});

	test.each([
		['1,024', 1024],
		['1 024', 1024],
		['1\u00a0024', 1024],
		["1'024", 1024],
		['１０２４', 1024],
	])('%j is 1024 with a mark for the thousands', (value, number) => {
		expect(checkWholeNumber('Width', value, { min: 512, max: 2048 })).toBe(number);
	});

	test.each([
		['1024px', 'pixels'],
		['1024 pixels', 'pixels'],
		['1024 s', 'seconds'],
		['1024 Seconds', 'seconds'],
	])('%j may tell its unit', (value, unit) => {
		expect(checkWholeNumber('Width', value, { min: 1, max: 2048, unit })).toBe(1024);
		expect(outcome(() => checkWholeNumber('Width', value, { min: 1, max: 2048 }))).toContain(
			`Width is "${value}"`,
		);
	});

	test('unit and step are part of the words', () => {
		const side = { min: 512, max: 2048, step: 8, unit: 'pixels' };

		expect(checkWholeNumber('Width', '1024', side)).toBe(1024);
		expect(outcome(() => checkWholeNumber('Width', 1020, side))).toBe(
			'Width is 1020, but must be a whole number from 512 to 2048 pixels, divisible by 8',
		);
	});
});

describe('a number', () => {
	const weight = { above: 0, max: 1 };

	test.each([
		[0.01, 0.01],
		['0.8', 0.8],
		[' 1 ', 1],
		['5e-1', 0.5],
		['0,8', 0.8],
	])('%j is taken as %j', (value, number) => {
		expect(checkNumber('Weight', value, weight)).toBe(number);
	});

	test.each([
		0,
		-0,
		1.01,
		-1,
		'',
		null,
		undefined,
		Number.NaN,
		Infinity,
		-Infinity,
		'much',
		'0,800,0',
	])('%p is refused', (value) => {
		expect(outcome(() => checkNumber('Weight', value, weight))).toBe(
			`Weight is ${shown(value)}, but must be a number above 0 and up to 1`,
		);
	});

	test('the lower bound is included where it is one', () => {
		expect(checkNumber('Share', 0, { min: 0, max: 1 })).toBe(0);
		expect(outcome(() => checkNumber('Share', -0.1, { min: 0, max: 1 }))).toBe(
			'Share is -0.1, but must be a number from 0 to 1',
		);
	});
});

describe('a seed', () => {
	test.each([
		[0, 0],
		[-0, 0],
		['-0', 0],
		[-7, -7],
		['42', 42],
		['1e3', 1000],
		['0x10', 16],
		[Number.MAX_SAFE_INTEGER, 9_007_199_254_740_991],
		['-9007199254740991', -9_007_199_254_740_991],
		['12,345', 12345],
	])('%j is taken as %j', (value, seed) => {
		expect(checkSeed('Seed', value)).toBe(seed);
	});

	test.each(['9007199254740993', 2 ** 53, 0.5, 'random', '', null, Infinity, '1e400', true])(
		'%p is refused rather than rounded',
		(value) => {
			expect(outcome(() => checkSeed('Seed', value))).toBe(
				`Seed is ${shown(value)}, but must be a whole number from -9007199254740991 to 9007199254740991`,
			);
		},
	);
});

test.each([-1, '-1', ' -1.0 '])('the seed %j is refused, which is random elsewhere', (value) => {
	expect(outcome(() => checkSeed('"Seed"', value))).toBe(
		`"Seed" is ${shown(value)}, which is not random here: leave Seed out for a random one`,
	);
});

test.each([
	...[true, 'true', ' TRUE', 'Yes', 'y', 'on', 1, '1', '１', 'checked', '✓', '✔️', '☑', '✅'].map(
		(value) => [value, true] as const,
	),
	...[false, 'false', 'FALSE ', 'No', 'n', 'off', 0, '0', 'unchecked', '✗', '☐', '❌'].map(
		(value) => [value, false] as const,
	),
])('%j is the boolean %j', (value, boolean) => {
	expect(checkBoolean('Watermark', value)).toBe(boolean);
});

test.each([
	['maybe', '"maybe"'],
	[2, '2'],
	['yes and no', '"yes and no"'],
	['', 'empty'],
	[null, 'empty'],
	[undefined, 'empty'],
])('%j is no boolean', (value, words) => {
	expect(outcome(() => checkBoolean('Watermark', value))).toBe(
		`Watermark is ${words}, but must be true or false`,
	);
});

describe('text', () => {
	test('comes back as it is, white space around it included', () => {
		expect(checkText('Prompt', ' a fox\n')).toBe(' a fox\n');
	});

	test.each(['', ' \n\t', '\u00a0', '\ufeff\u200b', null, undefined])('%j is empty', (value) => {
		expect(outcome(() => checkText('Prompt', value))).toBe('Prompt is empty, but must be text');
	});

	test.each([
		[42, 'a number: 42'],
		[false, 'a boolean: false'],
		[['a fox'], 'a list: ["a fox"]'],
		[{ text: 'a fox' }, 'an object: {"text":"a fox"}'],
	])('%j is refused, shown, and its kind named', (value, words) => {
		expect(outcome(() => checkText('Prompt', value))).toBe(`Prompt must be text, but is ${words}`);
	});

	test.each([
		['a fox \ud83e', 'a fox \ufffd'],
		['\udd8a a fox', '\ufffd a fox'],
		['a \ud83e\udd8a fox', 'a \ud83e\udd8a fox'],
	])('%j is made well-formed', (value, text) => {
		expect(checkText('Prompt', value)).toBe(text);
	});

	test('an emoji counts as one character', () => {
		expect(checkText('Prompt', '🦊'.repeat(5), 5)).toBe('🦊🦊🦊🦊🦊');
		expect(outcome(() => checkText('Prompt', '🦊'.repeat(6), 5))).toBe(
			'Prompt has 6 characters, but must be text of 1 to 5 characters',
		);
	});

	test('text that is too long is shown by its start', () => {
		expect(() => checkText('Prompt', 'fox '.repeat(500), 1500)).toThrow(
			expect.objectContaining({
				message: 'Prompt has 2000 characters, but must be text of 1 to 1500 characters',
				facts: expect.objectContaining({
					remedy: expect.stringMatching(/^It starts with "(fox ){18}.{0,20}Shorten it\.$/),
				}),
			}),
		);
	});
});

test('long values are shown short', () => {
	expect(shown('x'.repeat(78))).toBe(`"${'x'.repeat(78)}"`);
	expect(shown('x'.repeat(1_000_000))).toMatch(/^"x{70,80}…"?$/);
	expect(shown(Array(1000).fill(1)).length).toBeLessThan(120);
	expect(shown({ text: 'x'.repeat(1000) }).length).toBeLessThan(120);
});

/** A list in a list, so many times. */
function nested(depth: number): unknown {
	let value: unknown = 1;
	for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
	return value;
}

function circle(): unknown {
	const value: Record<string, unknown> = { name: 'me' };
	value.self = [value];
	return value;
}

test.each<[string, unknown, RegExp]>([
	['an object without prototype', Object.assign(Object.create(null), { a: 1 }), /^\{"a":1\}$/],
	['an object whose toString is a number', { toString: 0 }, /^\{"toString":0\}$/],
	['an object that refuses to be JSON', { toJSON: () => fail() }, /^an object$/],
	[
		'an object that refuses to be read',
		{
			get a() {
				return fail();
			},
		},
		/^an object$/,
	],
	['a large integer', 12n, /^12$/],
	['a list of large integers', [12n], /^\[12\]$/],
	['a symbol', Symbol('fox'), /^Symbol\(fox\)$/],
	['a date', new Date(0), /^"1970-01-01T00:00:00.000Z"$/],
	['a date that is none', new Date(Number.NaN), /^null$/],
	['a circle', circle(), /^\{"name":"me","self":\[\{"name":"me",.*…$/],
	['a value 100,000 levels deep', nested(100_000), /^[[{"a:]{80}…$/],
	['a list with many holes', new Array(4_000_000_000), /^\[.{79}…$/],
	['a list of a million', Array(1_000_000).fill({ a: 1 }), /^\[\{"a":1\},.*…$/],
	[
		'an object of long names',
		{ ['x'.repeat(1_000_000)]: { ['y'.repeat(100_000)]: 1 } },
		/^\{"x{78}…$/,
	],
	['a text of 10 MB in a list', ['x'.repeat(10_000_000)], /^\["x{78}…$/],
])('%s is shown, and at once', (_name, value, words) => {
	const startedAt = process.cpuUsage();

	expect(shown(value)).toMatch(words);
	expect(process.cpuUsage(startedAt).user / 1000).toBeLessThan(50);
});

function fail(): never {
	throw new Error('Not for you');
}

test.each<[string, (value: unknown) => unknown]>([
	['a number', (value) => checkNumber('It', value, { min: 0, max: 9 })],
	['a whole number', (value) => checkWholeNumber('It', value, { min: 0, max: 9, unit: 'pixels' })],
	['a seed', (value) => checkSeed('It', value)],
])('%s of more than 200 characters is refused, and shown by its start', (_name, check) => {
	expect(check('7'.padEnd(200, ' '))).toBe(7);
	expect(outcome(() => check('7'.padEnd(201, ' ')))).toMatch(/^It is "7 {79}…", but must be /);
	expect(outcome(() => check('9'.repeat(1_000_000)))).toMatch(/^It is "9{80}…", but must be /);
});

test.each([[[true]], [{ toString: 0 }], [Object.create(null)], ['yes'.padEnd(201, ' ')], [1n]])(
	'a value that is no true or false is refused, whatever it is',
	(value) => {
		expect(outcome(() => checkBoolean('It', value))).toMatch(
			/^It is .+, but must be true or false$/,
		);
	},
);

test('a name is text of up to 200 characters', () => {
	expect(checkText('It', 'x'.repeat(200))).toHaveLength(200);
	expect(outcome(() => checkText('It', 'x'.repeat(201)))).toBe(
		'It has 201 characters, but must be text of 1 to 200 characters',
	);
});

test('the characters of a text far over the limit are not counted', () => {
	expect(outcome(() => checkText('Prompt', '🦊'.repeat(3000), 1500))).toContain(
		'has 3000 characters',
	);
	expect(outcome(() => checkText('Prompt', '🦊'.repeat(3001), 1500))).toContain(
		'has over 3000 characters',
	);
	expect(outcome(() => checkText('Prompt', 'x'.repeat(50_000_000), 1500))).toBe(
		'Prompt has over 3000 characters, but must be text of 1 to 1500 characters',
	);
});

test('nothing, null and text without a visible character count as not set', () => {
	expect([undefined, null, '', ' ', '\n', '\u200b'].map(isUnset)).toEqual(Array(6).fill(true));
	expect([0, false, 'null', [], {}].map(isUnset)).toEqual(Array(5).fill(false));
});
