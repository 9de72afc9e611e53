import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { References } from '../../../nodes/MiniMaxImage/input/references';
import type { ReferenceSource } from '../../../nodes/MiniMaxImage/input/types';
import { inMemory, picture } from '../../support/images';

const source: ReferenceSource = { inputType: 'binary', parts: [{ field: 'data' }] };

/** What n8n offers a node to read files with, counting the reads. */
function n8nWith(files: IBinaryData[]) {
	let reads = 0;
	const context = {
		getInputData: () => files.map((data) => ({ json: {}, binary: { data } })),
		helpers: {
			getBinaryDataBuffer: (_index: number, { data }: IBinaryData) => {
				reads += 1;
				return Promise.resolve(Buffer.from(data, 'base64'));
			},
		},
	} as unknown as IExecuteFunctions;
	return { references: new References(context), reads: () => reads };
}

test('a reference that items in flight together share is read once, and again only after the last', async () => {
	const file = inMemory(await picture());
	const { references, reads } = n8nWith([file, file, file]);

	const together = await Promise.all(
		[0, 1, 2].map((index) =>
			references.with(index, source, async ([imageFile]) => {
				await new Promise((resolve) => setTimeout(resolve, 10));
				return imageFile;
			}),
		),
	);
	expect(reads()).toBe(1);
	expect(new Set(together)).toEqual(new Set([`data:image/jpeg;base64,${file.data}`]));

	await references.with(0, source, () => Promise.resolve());
	expect(reads()).toBe(2);
});

test('a reference that many items share is checked once', async () => {
	const file = inMemory(await picture());
	const { references, reads } = n8nWith([file, file, file]);

	for (const index of [0, 1, 2]) await references.check(index, source);

	expect(reads()).toBe(1);
});

test('what the references of one item may have together is bounded', async () => {
	const large = Buffer.concat([await picture(), Buffer.alloc(9 * 1024 * 1024)]);
	const files = [1, 2, 3, 4, 5].map((mark) =>
		inMemory(Buffer.concat([large, Buffer.from([mark])])),
	);
	const { references } = n8nWith(files);
	const parts = files.map((file) => ({ file }));

	await expect(references.check(0, { ...source, parts: parts.slice(1) })).resolves.toHaveLength(4);
	await expect(references.check(0, { ...source, parts })).rejects.toThrow(
		'more than 40 MB together',
	);
});

test('one that cannot be read fails its item alone, and is let go', async () => {
	const good = inMemory(await picture());
	const bad = inMemory(Buffer.from('no picture at all'));
	const { references } = n8nWith([good, bad]);

	const use = (files: string[]) => Promise.resolve(files.length);
	const outcomes = await Promise.allSettled(
		[0, 1].map((index) => references.with(index, source, use)),
	);

	expect(outcomes).toMatchObject([{ status: 'fulfilled', value: 1 }, { status: 'rejected' }]);
	await expect(references.with(1, source, use)).rejects.toThrow('is text, but');
});

/** How often other work of the process runs meanwhile, at most once in 10 ms. */
async function othersDuring(task: Promise<unknown>): Promise<number> {
	let turns = 0;
	const others = setInterval(() => (turns += 1), 10);
	await task;
	clearInterval(others);
	return turns;
}

test('large files are encoded one at a time, and n8n does other work in between', async () => {
	const large = await Promise.all(
		[...Array(8).keys()].map(async (index) =>
			inMemory(Buffer.concat([await picture(), Buffer.alloc(9_000_000, index)])),
		),
	);
	const checked = n8nWith(large).references;
	const loaded = n8nWith(large).references;
	const all = [...large.keys()];

	const check = async () => {
		for (const index of all) await checked.check(index, source);
	};
	expect(await othersDuring(check())).toBeGreaterThanOrEqual(3);
	const load = all.map((index) => loaded.with(index, source, () => Promise.resolve()));
	expect(await othersDuring(Promise.all(load))).toBeGreaterThanOrEqual(3);
});

test('an item whose first file is bad lets go of none that it has not loaded', async () => {
	const good = inMemory(await picture());
	const bad = inMemory(Buffer.from('no picture at all'));
	const { references, reads } = n8nWith([good, good]);
	const both: ReferenceSource = { inputType: 'binary', parts: [{ file: bad }, { file: good }] };

	await references.with(0, source, async () => {
		await expect(references.with(1, both, () => Promise.resolve())).rejects.toThrow('is text');
		await references.with(1, source, () => Promise.resolve());
	});

	// The bad one, and the good one once.
	expect(reads()).toBe(2);
});
