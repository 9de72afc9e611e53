import { PROMPT_MAX_CHARACTERS } from '../../nodes/MiniMaxImage/models';
import { readCommandLine } from '../support/commandLine';
import { UsageError } from '../support/usageError';

/** What the command line asks for. */
export interface Demand {
	help: boolean;
	/** The user's own prompt. */
	prompt?: string;
	/** Path of the user's own portrait. */
	reference?: string;
}

function parse(args: string[]) {
	return readCommandLine(
		{
			args,
			allowPositionals: true,
			options: {
				help: { type: 'boolean', short: 'h' },
				reference: { type: 'string', multiple: true },
			},
		},
		'npm run demo -- --help',
	);
}

function readPrompt(prompts: string[]): string | undefined {
	const [prompt] = prompts;
	if (prompt === undefined) return undefined;
	if (prompts.length > 1) {
		throw new UsageError(`There are ${prompts.length} prompts. Give one, in quotation marks.`);
	}
	if (prompt.trim() === '') throw new UsageError('The prompt is empty.');
	const characters = [...prompt].length;
	if (characters <= PROMPT_MAX_CHARACTERS) return prompt;
	throw new UsageError(
		`The prompt has ${characters} characters, but may have at most ${PROMPT_MAX_CHARACTERS}.`,
	);
}

function readReference(paths: string[]): string | undefined {
	const [path] = paths;
	if (paths.length > 1) {
		throw new UsageError(`--reference is there ${paths.length} times. Give one picture.`);
	}
	if (path?.trim() === '') throw new UsageError('--reference needs the path of a picture.');
	return path;
}

/**
 * Reads the command line, without the names of Node and the script.
 *
 * @throws UsageError for an unknown option, a missing value, several prompts, and an empty or too long one
 */
export function parseArguments(args: string[]): Demand {
	const { values, positionals } = parse(args);
	if (values.help) return { help: true };
	const prompt = readPrompt(positionals);
	const reference = readReference(values.reference ?? []);
	return {
		help: false,
		...(prompt !== undefined && { prompt }),
		...(reference !== undefined && { reference }),
	};
}
