// What the lint rules say of texts. A process of its own, since jest cannot load the lint configuration.
// Takes a JSON array of { file, text } and prints an array with the messages of each, as { rule, message }.
import { ESLint } from 'eslint';

const eslint = new ESLint();
const results = [];
for (const { file, text } of JSON.parse(process.argv[2])) {
	const [result] = await eslint.lintText(text, { filePath: file });
	results.push(result.messages.map(({ ruleId, message }) => ({ rule: ruleId, message })));
}
console.log(JSON.stringify(results));
