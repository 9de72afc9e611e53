import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { labelOf, properties } from '../../nodes/MiniMaxImage/description';

const root = join(__dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const rows = readme.split('\n').filter((line) => line.startsWith('|'));
const cells = (row: string) => row.split('|').map((cell) => cell.trim());

const options = properties.find(({ name }) => name === 'options')?.options ?? [];

/** All that a user can set; a notice only tells. */
const settable = [...properties, ...options].filter(
	(field) => !('type' in field && field.type === 'notice'),
);

test.each(settable.map(({ name }) => labelOf(name)))(
	'the tables of parameters name "%s"',
	(label) => {
		const isNamed = (row: string) => cells(row)[1]?.split(', ').includes(label) ?? false;
		expect(label === 'Options' || rows.some(isNamed)).toBe(true);
	},
);

test('every link into the repository leads somewhere', () => {
	const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) => path ?? '');

	expect(links.length).toBeGreaterThan(4);
	for (const link of links) expect([link, existsSync(join(root, link))]).toEqual([link, true]);
});
