import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CODES } from '../../nodes/MiniMaxImage/api/codes';
import type { OutcomeKind } from '../../nodes/MiniMaxImage/http/retryPolicy';
import { DOWNLOAD_CODES } from '../../nodes/MiniMaxImage/output/downloadCodes';

const root = join(__dirname, '../..');

/** The rows of the table whose first column is "Code". */
function rowsOf(file: string): string[][] {
	const lines = readFileSync(join(root, file), 'utf8').split('\n');
	const head = lines.findIndex((line) => /^\|\s*Code\s*\|/.test(line));
	const end = lines.findIndex((line, index) => index > head && !line.startsWith('|'));
	return lines
		.slice(head + 2, end)
		.map((line) => line.split('|').map((cell) => cell.trim()))
		.map((cells) => cells.slice(1, -1));
}

const codesIn = ([codes = '']: string[]) => codes.replace(/`/g, '').split(/, /);

const table = rowsOf('docs/errors.md');

/** Never outlives its execution: n8n shows it as "Canceled". */
const NOT_FOR_THE_TABLE = ['cancelled'];

const HOW_OFTEN: Record<OutcomeKind, RegExp> = {
	nothingMade: /^yes/,
	rateLimited: /^waits/,
	unclear: /^once/,
	probablyMade: /^no/,
	refused: /^no/,
};

const ENTRIES = Object.entries({ ...CODES, ...DOWNLOAD_CODES });

test.each(ENTRIES.filter(([code]) => !NOT_FOR_THE_TABLE.includes(code)))(
	'docs/errors.md tells what %s means and whether it is tried again',
	(code, { message, kind }) => {
		const row = table.find((cells) => codesIn(cells).includes(code));
		const what = message.replace(/ of \{timeout\}.*/, '').replace('{host}', '…');

		expect(row?.[1]).toBe(what);
		expect(row?.[2]).toMatch(HOW_OFTEN[kind]);
	},
);

test('the README keeps the ten codes that users meet, in the words of docs/errors.md', () => {
	const rows = rowsOf('README.md');

	expect(rows).toHaveLength(10);
	for (const row of rows) expect(table).toContainEqual(row);
});
