import { setTimeout as sleep } from 'node:timers/promises';

import { CASES } from '../bench/cases';
import { longestHold } from '../bench/loopHold';
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
	expect(markdown).toMatch(/event loop is\sheld is wall time/);
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

function holdLoop(ms: number): void {
	const until = performance.now() + ms;
	while (performance.now() < until);
}

test.each(['start', 'end'])(
	'work that holds the event loop at its very %s is found to hold it so long',
	async (place) => {
		const { result, heldMs } = await longestHold(async () => {
			if (place === 'start') holdLoop(80);
			await sleep(20);
			if (place === 'end') holdLoop(80);
			return 'done';
		});

		expect(result).toBe('done');
		expect(heldMs).toBeGreaterThanOrEqual(79);
	},
);

test('pieces of work with breaks between are not taken for one long hold', async () => {
	const startedAt = performance.now();

	const { heldMs } = await longestHold(async () => {
		for (let piece = 0; piece < 40; piece++) {
			holdLoop(10);
			await sleep(1);
		}
	});

	expect(heldMs).toBeGreaterThanOrEqual(9);
	// Of all the time, since a busy machine makes each piece longer.
	expect(heldMs).toBeLessThan((performance.now() - startedAt) / 2);
});

test('what the work throws is thrown', async () => {
	await expect(longestHold(() => Promise.reject(new Error('no images')))).rejects.toThrow(
		'no images',
	);
});

test('each case of the benchmark has a name of its own, and each hold of the event loop a case', () => {
	const names = CASES.map(({ name }) => name);

	expect(new Set(names).size).toBe(names.length);
	expect(casesNamed('hold event loop', CASES)).toHaveLength(6);
});
