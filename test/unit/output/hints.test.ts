import { hintsFor } from '../../../nodes/MiniMaxImage/output/hints';

/** A result with so many images that arrived, are missing, and of those are blocked. */
const result = (arrived: number, missing = 0, blocked = 0) => ({
	items: Array.from({ length: arrived }, () => ({ json: {} })),
	errors: [],
	missing,
	blocked,
});

const warning = (message: string) => [{ message, type: 'warning', location: 'outputPane' }];

test('a run that made everything has nothing to tell', () => {
	expect(hintsFor([])).toEqual([]);
	expect(hintsFor([result(3), result(1)])).toEqual([]);
});

test('an item without any image is not hinted at, since it has an error', () => {
	expect(hintsFor([result(0, 3, 3)])).toEqual([]);
});

test('one missing image is told in the singular', () => {
	expect(hintsFor([result(1), result(2, 1)])).toEqual(
		warning('1 image was asked for but not made (item 1).'),
	);
});

test('blocked images are told with what may help', () => {
	expect(hintsFor([result(1, 2, 2), result(3), result(2, 1)])).toEqual(
		warning(
			'3 images were asked for but not made (items 0, 2). MiniMax blocked 2 for content safety. Rewording the prompt may help.',
		),
	);
});

test('blocked images count as missing, even where the count says otherwise', () => {
	expect(hintsFor([result(1, 0, 2)])).toEqual(
		warning(
			'2 images were asked for but not made (item 0). MiniMax blocked 2 for content safety. Rewording the prompt may help.',
		),
	);
});

test('of many items ten are listed', () => {
	const results = Array.from({ length: 25 }, () => result(1, 1));

	expect(hintsFor(results)).toEqual(
		warning(
			'25 images were asked for but not made (items 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 15 more).',
		),
	);
});
