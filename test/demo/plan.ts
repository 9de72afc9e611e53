import type { Demand } from './arguments';
import type { Example, ExampleName } from './examples';
import { EXAMPLES, loadExample, rowsOf, withParameters, withRows } from './examples';

/** Examples to run, by name, in order. */
export type Plan = [ExampleName, Example][];

/** The user's prompt goes through an item: in the field itself, one that starts with "=" is an expression. */
function withPrompt(prompt: string): Example {
	const example = withParameters(loadExample('text-to-image'), { prompt: '={{ $json.prompt }}' });
	return withRows(example, [{ prompt }]);
}

function withPortrait(portrait: string, scene: string | undefined): Example {
	const example = loadExample('portrait-in-scenes');
	const scenes = scene === undefined ? rowsOf(example).map(({ json }) => json.scene) : [scene];
	return withRows(
		example,
		scenes.map((one) => ({ scene: one, portrait })),
	);
}

/** The examples that a command line asks for, with its prompt and its portrait (a data URL) put in. */
export function planFor({ prompt }: Pick<Demand, 'prompt'>, portrait?: string): Plan {
	if (portrait !== undefined) return [['portrait-in-scenes', withPortrait(portrait, prompt)]];
	if (prompt !== undefined) return [['text-to-image', withPrompt(prompt)]];
	return EXAMPLES.map((name) => [name, loadExample(name)]);
}
