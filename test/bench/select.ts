/**
 * The cases whose names hold all of the words, or all of them without words.
 *
 * @throws Error that names the cases there are
 */
export function casesNamed<T extends { name: string }>(words: string, cases: readonly T[]): T[] {
	const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
	const found = cases.filter(({ name }) =>
		wanted.every((word) => name.toLowerCase().includes(word)),
	);
	if (found.length > 0) return found;
	const names = cases.map(({ name }) => `  ${name}`).join('\n');
	throw new Error(`No case is named "${words}". There are:\n${names}`);
}
