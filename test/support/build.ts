import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Builds the package in a folder. Throws an Error with the tools' own words when that fails. */
export async function buildPackage(folder: string): Promise<void> {
	const windows = process.platform === 'win32';
	const build = spawn(windows ? 'npm.cmd' : 'npm', ['run', '--silent', 'build'], {
		cwd: folder,
		stdio: ['ignore', 'pipe', 'pipe'],
		shell: windows,
	});
	let words = '';
	for (const stream of [build.stdout, build.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => (words += text));
	}
	const [status] = (await once(build, 'close')) as [number | null];
	if (status !== 0) throw new Error(`The build failed.\n${words}`);
}
