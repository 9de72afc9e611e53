import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';

import { buildPackage } from '../support/build';
import { CASES } from './cases';
import { toMarkdown } from './report';
import { fetchRival } from './rival';
import { Runner } from './runner';
import type { Figure } from './runner';
import { casesNamed } from './select';

const ROOT = join(__dirname, '../..');
const TABLE = join(ROOT, 'BENCHMARKS.md');

async function main(words: string): Promise<void> {
	const cases = casesNamed(words, CASES);
	console.log("Building the package and fetching n8n's own MiniMax node …");
	await buildPackage(ROOT);
	const rivalFolder = join(ROOT, 'output/bench/rival');
	fetchRival(rivalFolder);

	const runner = new Runner(rivalFolder, (line) => console.log(`  ${line}`));
	const figures: Figure[] = [];
	for (const entry of cases) {
		console.log(`\n${entry.name}`);
		figures.push(...(await entry.measure(runner)));
	}

	const markdown = toMarkdown(figures, new Date());
	console.log(`\n${markdown}`);
	if (cases.length === CASES.length) {
		const options = await resolveConfig(TABLE);
		await writeFile(TABLE, await format(markdown, { ...options, parser: 'markdown' }));
		console.log('Written to BENCHMARKS.md');
	}
	if (figures.some(({ met }) => !met)) process.exitCode = 1;
}

main(process.argv.slice(2).join(' ')).catch((error: unknown) => {
	console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
	process.exitCode = 1;
});
