import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { labelOf, properties } from '../../nodes/MiniMaxImage/description';
import { FAILURES, fateOf } from '../../nodes/MiniMaxImage/failures';

const root = join(__dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const rows = readme.split('\n').filter((line) => line.startsWith('|'));
const cells = (row: string) => row.split('|').map((cell) => cell.trim());

/** Never outlives its execution: n8n shows it as "Canceled". */
const NOT_FOR_THE_TABLE = ['cancelled'];

test.each(Object.entries(FAILURES).filter(([code]) => !NOT_FOR_THE_TABLE.includes(code)))(
	'the table of errors tells what %s means and whether it is tried again',
	(code, { message }) => {
		const row = rows.find((line) =>
			cells(line)[1]
				?.split(/[`, ]+/)
				.includes(code),
		);
		const [what] = message
			.replace('{limit}', code === 'answerTooLarge' ? '256' : '64')
			.split(/ of \{|\{/);

		expect(cells(row ?? '')[2]).toBe(what?.trim());
		const again = cells(row ?? '')[3];
		expect(again).toMatch({ retry: /^yes$/, rateLimit: /^waits/, final: /^no/ }[fateOf(code)]);
	},
);

const options = properties.find(({ name }) => name === 'options')?.options ?? [];

test.each([...properties, ...options].map(({ name }) => labelOf(name)))(
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
