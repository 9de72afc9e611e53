import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');

const REFUSED = [
	['http/body.ts', '../api/codes', 'http/ knows nothing of MiniMax'],
	['http/body.ts', '../images/format', 'http/ knows nothing of MiniMax'],
	['images/format.ts', '../http/body', 'images/ knows image files'],
	['input/checks.ts', '../api/codes', 'input/ ends with a checked request'],
	['input/checks.ts', '../output/items', 'input/ ends with a checked request'],
	['api/answer.ts', '../input/checks', 'api/ knows the wire alone'],
	['api/answer.ts', '../description', 'api/ knows the wire alone'],
	['output/items.ts', '../api/client', 'output/ begins with an answer'],
	['description/common.ts', '../http/body', 'description/ holds the fields'],
	['input/checks.ts', '../MiniMaxImage.node', 'Nothing imports the node file'],
	['models.ts', './MiniMaxImage.node', 'Nothing imports the node file'],
	['http/wait.ts', './body', 'ependency cycle'],
] as const;

const ALLOWED = [
	['input/checks.ts', "import type { thing } from '../api/answer';"],
	['output/items.ts', "import { thing } from '../http/outcome';"],
	['api/answer.ts', "import { thing } from '../itemError';"],
] as const;

const RULES = ['@typescript-eslint/no-restricted-imports', 'import-x/no-cycle'];

/** What lint says of the imports in files of the node. */
async function lint(
	lines: readonly (readonly [file: string, line: string])[],
): Promise<string[][]> {
	const texts = lines.map(([file, line]) => ({
		file: join(root, 'nodes/MiniMaxImage', file),
		text: `${line}\n\nexport const used = [thing];\n`,
	}));
	const script = join(root, 'test/support/lint.mjs');
	const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(texts)], {
		cwd: root,
	});
	const results = JSON.parse(stdout) as { rule: string; message: string }[][];
	return results.map((said) =>
		said.filter(({ rule }) => RULES.includes(rule)).map(({ message }) => message),
	);
}

let refused: string[][];
let allowed: string[][];
beforeAll(async () => {
	const lines = REFUSED.map(([file, from]) => [file, `import { thing } from '${from}';`] as const);
	const said = await lint([...lines, ...ALLOWED]);
	[refused, allowed] = [said.slice(0, REFUSED.length), said.slice(REFUSED.length)];
}, 60_000);

test.each(REFUSED.map((entry, index) => [...entry, index] as const))(
	'%s may not import %s, and lint says why',
	(_file, _from, because, index) => {
		expect(refused[index]).toEqual(expect.arrayContaining([expect.stringContaining(because)]));
	},
);

test.each(ALLOWED.map((entry, index) => [...entry, index] as const))(
	'%s may say: %s',
	(_file, _line, index) => {
		expect(allowed[index]).toEqual([]);
	},
);
