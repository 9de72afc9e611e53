import type { IExecuteFunctions } from 'n8n-workflow';

import { Batch } from '../../../nodes/MiniMaxImage/batch';
import { plan } from '../../../nodes/MiniMaxImage/input/plan';

/** What n8n offers a node to read its fields with: an expression takes a while. */
function n8nWith(rows: number, fields: Record<string, unknown>, busyMs: number): IExecuteFunctions {
	return {
		getInputData: () => Array(rows).fill({ json: {} }),
		getNodeParameter: (name: string) => {
			const until = performance.now() + (name === 'prompt' ? busyMs : 0);
			while (performance.now() < until);
			return fields[name] ?? null;
		},
	} as unknown as IExecuteFunctions;
}

const batchOf = (stopped = new AbortController().signal) => new Batch(stopped, false);

test('planning lets n8n do other work, by time', async () => {
	let turns = 0;
	const others = setInterval(() => (turns += 1), 5);
	const plans = await plan(n8nWith(60, { prompt: 'a fox' }, 5), batchOf(), { isMiniMax: true });
	clearInterval(others);

	expect(plans).toHaveLength(60);
	expect(turns).toBeGreaterThanOrEqual(5);
});

test('planning ends when the execution is stopped meanwhile', async () => {
	const stop = new AbortController();
	setTimeout(() => stop.abort(), 30);
	const startedAt = performance.now();

	const context = n8nWith(2_000, { prompt: 'a fox' }, 5);
	expect(await plan(context, batchOf(stop.signal), { isMiniMax: true })).toEqual([]);
	expect(performance.now() - startedAt).toBeLessThan(5_000);
});
