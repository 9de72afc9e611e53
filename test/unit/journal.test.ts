import type { IDataObject, IWorkflowDataProxyData } from 'n8n-workflow';

import { Journal } from '../../nodes/MiniMaxImage/journal';
import { NODE, handmade } from '../support/handmade';
import type { Given } from '../support/handmade';

const NOW = 1_000_000;

function proxyOf($runIndex: number): IWorkflowDataProxyData {
	const known: Partial<IWorkflowDataProxyData> = { $runIndex };
	return known as IWorkflowDataProxyData;
}

/** Runs of a node that share what n8n keeps over the tries of an execution. */
function execution(kept: IDataObject = {}) {
	return (given: Given & { round?: number } = {}) =>
		new Journal(
			handmade({
				getContext: () => kept,
				getWorkflowDataProxy: () => proxyOf(given.round ?? 0),
				...given,
			}),
		);
}

const LINK = 'https://a.example/1';

/** Buys one image. */
function buy(journal: Journal, itemIndex = 0, digest = 'digest') {
	const purchase = journal.purchase(itemIndex, digest);
	purchase.sent(NOW);
	purchase.answered(
		{ requestId: 'req-1', images: [{ url: LINK }], successCount: 1, failedCount: 0 },
		NOW,
	);
	return purchase;
}

const knows = (journal: Journal, itemIndex = 0, digest = 'digest') =>
	journal.purchase(itemIndex, digest).recall(NOW) !== undefined;

test('the next try finds what this one has bought, by item and by request', () => {
	const run = execution();
	const first = run();
	buy(first);
	first.close();
	const second = run();

	expect(knows(second)).toBe(true);
	expect(knows(second, 1)).toBe(false);
	expect(knows(second, 0, 'another')).toBe(false);
});

test('what is kept is plain JSON, with an entry a request', () => {
	const kept: IDataObject = {};
	buy(execution(kept)());

	expect(JSON.parse(JSON.stringify(kept))).toEqual({
		purchases: {
			'0:0:digest': {
				execution: '1',
				sentAt: NOW,
				unclear: 0,
				answer: {
					requestId: 'req-1',
					links: [LINK],
					successCount: 1,
					failedCount: 0,
					answeredAt: NOW,
				},
			},
		},
	});
});

test('another round of a loop finds nothing, and another execution of the same journal all', () => {
	const run = execution();
	const first = run();
	buy(first);
	first.close();

	expect(knows(run({ round: 1 }))).toBe(false);
	expect(knows(run({ getExecutionId: () => '2' }))).toBe(true);
});

test('calls of an agent find what earlier ones bought, whatever their run index is', () => {
	const run = execution();
	const tool = { getNode: () => ({ ...NODE, type: `${NODE.type}Tool` }) };
	const first = run({ ...tool, round: 0 });
	buy(first);
	first.close();

	expect(knows(run({ ...tool, round: 7 }))).toBe(true);
});

test('two calls with the same request at the same time get one each, also when they are tried again', () => {
	const run = execution();
	const [first, second] = [run(), run()];
	buy(first);

	expect(knows(second)).toBe(false);
	buy(second);
	first.close();
	second.close();
	const [third, fourth, fifth] = [run(), run(), run()];

	expect([third, fourth, fifth].map((journal) => knows(journal))).toEqual([true, true, false]);
});

test('one call that asks for its own request twice gets the same purchase', () => {
	const journal = execution()();
	buy(journal);

	expect(knows(journal)).toBe(true);
});

test('a run that ends by an error and is closed leaves its keys to the next', () => {
	const run = execution();
	const broken = run();
	buy(broken);
	expect(knows(run())).toBe(false);

	broken.close();

	expect(knows(run())).toBe(true);
});

test('a run that is closed frees no keys but its own', () => {
	const run = execution();
	const [first, second] = [run(), run()];
	buy(first);
	second.purchase(0, 'digest');
	second.close();

	// The first one still works on what it bought.
	expect(knows(run())).toBe(false);
});

test('a run that is cleared forgets its own purchases, and no others', () => {
	const kept: IDataObject = {};
	const run = execution(kept);
	const earlier = run({ round: 1 });
	buy(earlier);
	const journal = run();
	buy(journal, 0);
	buy(journal, 1);
	journal.clear();

	expect(Object.keys(kept.purchases as IDataObject)).toEqual(['1:0:digest']);
});

test('an engine that keeps no context and knows no round has a journal for this run alone', () => {
	const refuse = (): never => {
		throw new Error('not here');
	};
	const run = execution();
	const [first, second] = [0, 1].map(() =>
		run({ getContext: refuse, getWorkflowDataProxy: refuse }),
	) as [Journal, Journal];
	buy(first);

	expect(knows(first)).toBe(true);
	expect(knows(second)).toBe(false);
});
