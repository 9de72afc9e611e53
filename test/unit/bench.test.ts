import { toMarkdown } from '../bench/report';
import { casesNamed } from '../bench/select';

test('the table of the benchmark holds every figure beside its reference, and marks what is missed', () => {
	const figure = {
		case: '60 items',
		goal: 'at most 1.15 of the floor',
		ours: '2.20 s',
		reference: 'floor 2.00 s',
		ratio: '1.10',
		met: true,
	};

	const markdown = toMarkdown([figure, { ...figure, ratio: '1.20', met: false }], new Date(0));

	expect(markdown).toContain('- Date: 1970-01-01');
	expect(markdown).toMatch(/- Versions: this package \d+\.\d+\.\d+, n8n-core 2\.41\.1, undici 7\./);
	expect(markdown).toContain(
		'| 60 items | at most 1.15 of the floor | 2.20 s | floor 2.00 s | 1.10 | yes |',
	);
	expect(markdown).toContain('| 1.20 | **no** |');
});

test('words choose the cases whose names hold all of them, and without words all run', () => {
	const cases = [{ name: '200 items: CPU per image' }, { name: '60 items, 1 MB' }];

	expect(casesNamed('cpu items', cases)).toEqual([cases[0]]);
	expect(casesNamed('', cases)).toEqual(cases);
	expect(() => casesNamed('speed', cases)).toThrow(
		'No case is named "speed". There are:\n  200 items: CPU per image\n  60 items, 1 MB',
	);
});
