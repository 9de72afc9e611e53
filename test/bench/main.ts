import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';

import { buildPackage } from '../support/build';
import { CASES, Runner } from './cases';
import type { Figure } from './cases';
import { toMarkdown } from './report';
import { fetchRival } from './rival';

const ROOT = join(__dirname, '../..');
const TABLE = join(ROOT, 'BENCHMARKS.md');

async function main(): Promise<void> {
	console.log("Building the package and fetching n8n's own MiniMax node …");
	await buildPackage(ROOT);
	const rivalFolder = join(ROOT, 'output/bench/rival');
	fetchRival(rivalFolder);

	const runner = new Runner(rivalFolder, (line) => console.log(`  ${line}`));
	const figures: Figure[] = [];
	for (const entry of CASES) {
		console.log(`\n${entry.name}`);
		figures.push(...(await entry.measure(runner)));
	}

	const markdown = toMarkdown(figures, new Date());
	const options = await resolveConfig(TABLE);
	await writeFile(TABLE, await format(markdown, { ...options, parser: 'markdown' }));
	console.log(`\n${markdown}\nWritten to BENCHMARKS.md`);
	if (figures.some(({ met }) => !met)) process.exitCode = 1;
}

main().catch((error: unknown) => {
	console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
	process.exitCode = 1;
});
