import { readFile } from 'node:fs/promises';

const LINES = 20;

/** The end of a log file, for the message of an error. */
export async function lastLines(log: string): Promise<string> {
	return (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-LINES).join('\n');
}
