import fc from 'fast-check';

import { checkAspectRatio } from '../../../nodes/MiniMaxImage/input/aspectRatio';
import { checkChoice } from '../../../nodes/MiniMaxImage/input/choices';
import { fieldChoices } from '../../../nodes/MiniMaxImage/input/fieldName';
import { ItemError } from '../../../nodes/MiniMaxImage/itemError';

/** The words of a refusal, or the value that was let through. */
function outcome(check: () => unknown): unknown {
	try {
		return check();
	} catch (error) {
		if (error instanceof ItemError) return error.message;
		throw error;
	}
}

const OPERATIONS = ['textToImage', 'imageToImage'] as const;
const TRANSFERS = ['url', 'base64'] as const;

test.each([
	['imageToImage', 'imageToImage'],
	['Image to Image', 'imageToImage'],
	[' image to image ', 'imageToImage'],
	['IMAGE-TO-IMAGE', 'imageToImage'],
	['image_to_image', 'imageToImage'],
	['image\u00a0to image\u200b', 'imageToImage'],
	['Ｉｍａｇｅ to Ｉｍａｇｅ', 'imageToImage'],
	[['Image to Image'], 'imageToImage'],
	[{ id: 3, value: 'Image to Image', color: 'blue' }, 'imageToImage'],
	[{ id: 'sel1', name: 'Image to Image' }, 'imageToImage'],
	['', 'textToImage'],
	[' ', 'textToImage'],
	[null, 'textToImage'],
	[undefined, 'textToImage'],
])('the operation %j is %s', (value, operation) => {
	expect(checkChoice('operation', value, OPERATIONS)).toBe(operation);
});

test.each([
	['Link', 'url'],
	['URL', 'url'],
	['inline', 'base64'],
	['Base64 ', 'base64'],
	['', 'url'],
])('the transfer %j is %s', (value, transfer) => {
	expect(checkChoice('transfer', value, TRANSFERS)).toBe(transfer);
});

test.each([0, true, 'ftp', 'links', '?', ['url', 'base64'], [], {}, { value: 3 }])(
	'%j is none of the choices',
	(value) => {
		expect(outcome(() => checkChoice('transfer', value, TRANSFERS))).toMatch(
			/^"Transfer" is .+, but must be one of: url, base64$/,
		);
	},
);

test.each(
	fieldChoices('aspectRatio').flatMap(({ value, name }) => [
		[value, value],
		[name, value],
		[` ${name.toUpperCase()} `, value],
	]),
)('the ratio %j is %s', (given, value) => {
	expect(checkAspectRatio(given)).toBe(value);
});

test.each([
	...[
		'16:9 ',
		'16x9',
		'16X9',
		'16×9',
		'16/9',
		'16 : 9',
		'16：9',
		'１６：９',
		'16∶9',
		'16 by 9',
		'16_9',
	],
	...['16-9', '16–9', '16 to 9', '"16:9"', '16:9 widescreen', '16:9 (landscape)', '1280x720'],
	...['1280 × 720', '\u200b16:9', '16\u00a0:\u00a09'],
])('%j is the ratio 16:9', (value) => {
	expect(checkAspectRatio(value)).toBe('16:9');
});

test.each(['', ' ', null, undefined])('the ratio %j is the default', (value) => {
	expect(checkAspectRatio(value)).toBe('1:1');
});

test.each([
	['9:16', '9:16'],
	['3:4', '3:4'],
	['CUSTOM', 'custom'],
	['1024x1024', '1:1'],
])('%j, though it may be a time or a size, is the ratio %s', (value, ratio) => {
	expect(checkAspectRatio(value)).toBe(ratio);
});

test.each([
	...[
		['16:09:00', '16:9'],
		['16:09', '16:9'],
		['16：09：00', '16:9'],
		[' 16:09:00 ', '16:9'],
		['21:09:00', '21:9'],
		['1:01:00', '1:1'],
		['01:01', '1:1'],
		['04:03', '4:3'],
		['4:03', '4:3'],
		['9:16:00 AM', '9:16'],
	],
])('the time %j, which a sheet made of a ratio, is the ratio %s', (value, ratio) => {
	expect(checkAspectRatio(value)).toBe(ratio);
});

/** What the refusal of a ratio says and advises. */
function ratioRefusal(value: unknown) {
	try {
		return checkAspectRatio(value);
	} catch (error) {
		if (error instanceof ItemError) return [error.message, error.facts.remedy];
		throw error;
	}
}

test.each([
	...['4:09 PM', '16:09:00.000', '1899-12-30T16:09:00.000Z', 'Sat Dec 30 1899 16:09:00 GMT+0000'],
	...['PT16H9M', '0 days 16:09:00', 0.672916666666667, '0,672916666666667', '.6729'],
	...[new Date('1899-12-30T16:09:00Z'), { toJSON: () => '1899-12-30T16:09:00.000+00:00' }],
	...['03/02/2026', '2026-03-02', '2-Mar', '02-Mar', 'Mar-02', '03/02', 46_083, '46083'],
	...['5:4', '16:10', '1920x1080', 'wide', '16:9:1', 1.7777, 16, true, {}, [], ['1:1', '3:4']],
	...['9'.repeat(60_000), `16:9${' '.repeat(60_000)}`],
])('%j is no ratio: the choices are named, and what to do about a sheet', (value) => {
	expect(ratioRefusal(value)).toEqual([
		expect.stringMatching(
			/^"Aspect Ratio" is .{1,100}, but must be one of: 1:1, 16:9, 4:3, 3:2, 2:3, 3:4, 9:16, 21:9, custom$/,
		),
		'If it comes from a sheet, format the column as plain text.',
	]);
});

test('a choice in a list of lists is found, and one that is nested without end is refused', () => {
	const nested = (depth: number) => {
		let value: unknown = 'url';
		for (let level = 0; level < depth; level++) value = [value];
		return value;
	};
	const circle: unknown[] = [];
	circle.push(circle);

	expect(checkChoice('transfer', nested(20), TRANSFERS)).toBe('url');
	for (const value of [nested(21), nested(100_000), circle]) {
		expect(outcome(() => checkChoice('transfer', value, TRANSFERS))).toMatch(
			/^"Transfer" is \[{21,80}.{1,40}, but must be one of: url, base64$/,
		);
	}
});

test('a choice of more than 200 characters is none, whatever is in it', () => {
	expect(checkChoice('transfer', 'url'.padEnd(200, ' '), TRANSFERS)).toBe('url');
	expect(outcome(() => checkChoice('transfer', 'url'.padEnd(201, ' '), TRANSFERS))).toMatch(
		/^"Transfer" is "url .*but must be one of/,
	);
});

test('whatever an expression gives is a choice, or refused in our words', () => {
	const odd = fc.oneof(
		fc.anything(),
		fc.json(),
		fc.string({ unit: fc.constantFrom(...'0169:x/- APM') }),
	);
	fc.assert(
		fc.property(odd, (value) => {
			for (const check of [
				() => checkAspectRatio(value),
				() => checkChoice('transfer', value, TRANSFERS),
			]) {
				expect(typeof outcome(check)).toBe('string');
			}
		}),
		{ seed: 42, numRuns: 2_000 },
	);
});
