import { createRequire } from 'node:module';
import { join } from 'node:path';

import { stringify } from 'flatted';

type Method = (...args: unknown[]) => unknown;

/** The calls that the journal is made of, by file of the built node and by class. */
const CALLS = [
	['journal.js', 'Journal', ['purchase', 'close']],
	['purchase.js', 'Purchase', ['recall', 'sent', 'failed', 'answered', 'stored']],
	['api/submit.js', 'Submitter', ['digest']],
] as const;

/**
 * Measures the time in the journal's calls from now on, and, as each run ends, what n8n would take to write its
 * entries down. Two whole runs, with a journal and without, differ by less than two equal ones.
 *
 * @returns the time so far, in ms
 */
export function timeJournal(root: string): () => number {
	const require = createRequire(__filename);
	let spentMs = 0;
	let depth = 0;
	const timed = (method: Method): Method =>
		function (this: unknown, ...args) {
			const startedAt = performance.now();
			depth += 1;
			try {
				return method.apply(this, args);
			} finally {
				// A call inside of another one is part of that.
				if (--depth === 0) spentMs += performance.now() - startedAt;
			}
		};
	for (const [file, name, methods] of CALLS) {
		const path = join(root, 'dist/nodes/MiniMaxImage', file);
		const { prototype } = (require(path) as Record<string, { prototype: object }>)[name] ?? {};
		if (!prototype) throw new Error(`${file} has no ${name}`);
		for (const method of methods) {
			const original = Reflect.get(prototype, method) as Method;
			const wrapped = timed(
				method === 'close'
					? function (this: { store: { entries: object } }, ...args) {
							stringify(this.store.entries);
							return original.apply(this, args);
						}
					: original,
			);
			Reflect.set(prototype, method, wrapped);
		}
	}
	return () => spentMs;
}
