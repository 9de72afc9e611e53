// What n8n's scanner of community packages finds in folders. A process of its own, since jest cannot load
// the scanner's modules. Prints an array with { passed, message, details } of each argument, which is the
// path of a package as it is published, or "source:" and that of the repository it comes from.
import {
	SOURCE_FILE_PATTERNS,
	analyzePackage,
} from '@n8n/scan-community-package/scanner/scanner.mjs';

/** What the scanner reads of a published package. */
const PUBLISHED_FILE_PATTERNS = ['**/*.js', 'package.json'];

const results = [];
for (const argument of process.argv.slice(2)) {
	const [, isSource, folder] = /^(source:)?(.*)$/.exec(argument);
	results.push(
		await analyzePackage(folder, isSource ? SOURCE_FILE_PATTERNS : PUBLISHED_FILE_PATTERNS),
	);
}
console.log(JSON.stringify(results));
