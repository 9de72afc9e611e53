import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { npm } from './npm';

/** Builds the package in a folder. Throws an Error with the tools' own words when that fails. */
export async function buildPackage(folder: string): Promise<void> {
	await npm(folder, 'run', '--silent', 'build').catch((error: Error) => {
		throw new Error(`The build failed.\n${error.message}`);
	});
}

/** Packs the package that was built in a folder, and returns the path of the tarball. */
export async function packPackage(folder: string, destination: string): Promise<string> {
	await mkdir(destination, { recursive: true });
	const to = ['--pack-destination', destination];
	const said = await npm(folder, 'pack', '--json', '--ignore-scripts', ...to);
	const [{ filename }] = JSON.parse(said) as [{ filename: string }];
	return join(destination, filename);
}
