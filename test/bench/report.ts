import { cpus, totalmem } from 'node:os';

import manifest from '../../package.json';
import type { Figure } from './runner';

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** The table as Markdown, with what is needed to read it later. */
export function toMarkdown(figures: readonly Figure[], date: Date): string {
	const { devDependencies: tools, version } = manifest;
	return [
		'# Benchmarks',
		'',
		'Made by `npm run bench`. Every figure stands beside its reference from the same run: the MiniMax node inside n8n on',
		'the same engine, and the floor, which is undici doing bare POST, GET and write to disk with as many in flight. The',
		'server is another process. Figures are medians of three runs where a run takes seconds. How long the event loop is',
		'held is wall time while the node executes, pauses of the garbage collector included.',
		'',
		`- Date: ${date.toISOString().slice(0, 10)}`,
		`- Versions: this package ${version}, n8n-core ${tools['n8n-core']}, undici ${tools.undici}, Node.js ${process.version}`,
		`- Machine: ${cpus().length} cores, ${Math.round(totalmem() / 1024 ** 3)} GB`,
		'',
		row(['Case', 'Goal', 'This node', 'Reference', 'Ratio', 'Met']),
		row(['---', '---', '---', '---', '---', '---']),
		...figures.map((figure) =>
			row([
				figure.case,
				figure.goal,
				figure.ours,
				figure.reference,
				figure.ratio,
				figure.met ? 'yes' : '**no**',
			]),
		),
		'',
	].join('\n');
}
