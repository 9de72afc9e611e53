import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const WINDOWS = process.platform === 'win32';
const exec = promisify(execFile);

/** Runs npm in a folder and returns what it printed. Throws an Error with all of its words when it fails. */
export async function npm(folder: string, ...args: string[]): Promise<string> {
	try {
		const options = { cwd: folder, shell: WINDOWS, encoding: 'utf8' } as const;
		return (await exec(WINDOWS ? 'npm.cmd' : 'npm', args, options)).stdout;
	} catch (error) {
		const {
			message,
			stdout = '',
			stderr = '',
		} = error as Error & {
			stdout?: string;
			stderr?: string;
		};
		throw new Error(`${stdout}${stderr}` || message);
	}
}
