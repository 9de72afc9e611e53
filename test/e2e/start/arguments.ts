import { readCommandLine } from '../../support/commandLine';
import { UsageError } from '../../support/usageError';

const DEFAULT_PORT = 5678;
const MAX_PORT = 65_535;

/** What the command line asks for. */
export interface Demand {
	help: boolean;
	/** Where the editor listens. */
	port: number;
	/** Whether to begin without the workflows of earlier starts. */
	reset: boolean;
}

function parse(args: string[]) {
	return readCommandLine(
		{
			args,
			options: {
				help: { type: 'boolean', short: 'h' },
				port: { type: 'string' },
				reset: { type: 'boolean' },
			},
		},
		'npm start -- --help',
	).values;
}

function readPort(port: string | undefined): number {
	if (port === undefined) return DEFAULT_PORT;
	const number = Number(port);
	if (/^\d+$/.test(port) && number >= 1 && number <= MAX_PORT) return number;
	throw new UsageError(`--port must be a number from 1 to ${MAX_PORT}, not "${port}".`);
}

/**
 * Reads the command line, without the names of Node and the script.
 *
 * @throws UsageError for an unknown option and a bad port
 */
export function parseArguments(args: string[]): Demand {
	const { help = false, port, reset = false } = parse(args);
	return { help, port: readPort(port), reset };
}
