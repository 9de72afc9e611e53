import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';

import { packPackage } from '../support/build';

const run = promisify(execFile);
const root = join(__dirname, '../..');

interface ScanResult {
	passed: boolean;
	/** The findings as text. */
	details?: string;
}

/** Files that must not be published, and the rule that says so. */
const FORBIDDEN: [file: string, content: string, rule: string][] = [
	['timer.js', 'setTimeout(() => {}, 1);', 'no-restricted-globals'],
	['home.js', '/* eslint-disable */ exports.home = process.env.HOME;', 'no-restricted-globals'],
	['files.js', "require('node:fs');", 'no-restricted-imports'],
	['log.js', "console.log('here');", 'no-console'],
	['package.json', '{ "dependencies": { "lodash": "4.18.1" } }', 'no-runtime-dependencies'],
];

let folder: string;
let tarball: string;
/** What n8n's scanner says of the tarball, of the sources, and of a copy of the tarball with forbidden files. */
let scanned: ScanResult[];

beforeAll(async () => {
	if (!existsSync(join(root, 'dist/nodes'))) throw new Error('Run "npm run build" first');
	folder = await mkdtemp(join(tmpdir(), 'minimax-image-tarball-'));
	await run('tar', ['-xzf', await packPackage(root, folder)], { cwd: folder });
	tarball = join(folder, 'package');
	const forbidden = join(folder, 'forbidden');
	await cp(tarball, forbidden, { recursive: true });
	for (const [name, content] of FORBIDDEN) await writeFile(join(forbidden, name), content);
	scanned = await scan(tarball, `source:${root}`, forbidden);
}, 120_000);
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** Runs the scanner as outside of tests, where its rules differ; its temporary files go with ours. */
async function scan(...folders: string[]): Promise<ScanResult[]> {
	const script = join(root, 'test/support/scan.mjs');
	const { stdout } = await run(process.execPath, [script, ...folders], {
		env: { ...process.env, NODE_ENV: 'production', TMPDIR: folder, TEMP: folder, TMP: folder },
	});
	return JSON.parse(stdout) as ScanResult[];
}

test('the tarball holds dist, README, LICENSE, index.js and the manifest, and nothing else', async () => {
	const files = await readdir(tarball, { recursive: true, withFileTypes: true });
	const paths = files
		.filter((file) => file.isFile())
		.map(({ parentPath, name }) => join(parentPath, name).slice(tarball.length + 1))
		.map((path) => path.replaceAll(sep, '/'));

	expect(paths.filter((path) => !path.startsWith('dist/')).sort()).toEqual([
		'LICENSE.md',
		'README.md',
		'index.js',
		'package.json',
	]);
	expect(paths).toEqual(
		expect.arrayContaining([
			'dist/credentials/MiniMaxImageApi.credentials.js',
			'dist/nodes/MiniMaxImage/MiniMaxImage.node.js',
			'dist/nodes/MiniMaxImage/MiniMaxImage.node.json',
			'dist/icons/minimaxImage.svg',
			'dist/icons/minimaxImage.dark.svg',
		]),
	);
	expect(paths.filter((path) => /\.(ts|map)$/.test(path))).toEqual([]);
});

test("n8n's scanner finds nothing in the tarball, and nothing in the sources", () => {
	expect(scanned.slice(0, 2)).toEqual([{ passed: true }, { passed: true }]);
});

test.each(FORBIDDEN)("n8n's scanner would refuse %s with %s", (file, _content, rule) => {
	const forbidden = scanned[2];

	expect(forbidden?.passed).toBe(false);
	// Each file, then its findings, up to an empty line.
	expect(forbidden?.details).toMatch(new RegExp(`${file}\\n(.+\\n)*.* \\S*${rule}\\n`));
});
