import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';

import { UsageError } from './usageError';

/**
 * Reads a command line.
 *
 * @param help the command that explains the options
 * @throws UsageError in one line for an unknown option and a missing value
 */
export function readCommandLine<T extends ParseArgsConfig>(config: T, help: string) {
	try {
		return parseArgs(config);
	} catch (error) {
		// Node adds hints for programmers, after the first full stop.
		const [problem = ''] = (error as Error).message.split(/\.\s/);
		throw new UsageError(`${problem}. See ${help}`);
	}
}
