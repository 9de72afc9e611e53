import type { INodeExecutionData, NodeExecutionHint } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import type { GeneratedImage } from '../../../nodes/MiniMaxImage/api/answer';
import type { PaidAnswer } from '../../../nodes/MiniMaxImage/api/submit';
import { Batch } from '../../../nodes/MiniMaxImage/batch';
import { ItemError } from '../../../nodes/MiniMaxImage/itemError';
import { Journal } from '../../../nodes/MiniMaxImage/journal';
import type { ItemResult } from '../../../nodes/MiniMaxImage/output/deliver';
import type { NodeError } from '../../../nodes/MiniMaxImage/output/errors';
import { logSpending, report } from '../../../nodes/MiniMaxImage/output/report';
import { NODE, handmade, purchaseOf } from '../../support/handmade';
import type { Given } from '../../support/handmade';

const linkOf = (index: number) => `https://images.example.com/${index}`;

const answerWith = (images: GeneratedImage[], more: Partial<PaidAnswer> = {}): PaidAnswer => ({
	requestId: 'req-1',
	images,
	successCount: images.length,
	failedCount: 0,
	answeredAt: 0,
	purchase: purchaseOf(),
	recalled: false,
	maybeTwice: false,
	...more,
});

const resultOf = (items: INodeExecutionData[], errors: ItemError[] = []): ItemResult => ({
	items,
	errors,
	missing: 0,
	blocked: 0,
});

const itemOf = (row: number): INodeExecutionData => ({ json: { row }, pairedItem: { item: row } });

const refused = (message = 'MiniMax said no') => new ItemError(message, { code: '2013' });

/** A run that is over, as a test fills it, and what n8n is told of it. */
function runOf(fill: (batch: Batch, journal: Journal) => void, given: Given = {}) {
	const stop = new AbortController();
	const batch = new Batch(stop.signal, false);
	const warnings: string[] = [];
	const hints: NodeExecutionHint[] = [];
	const kept: Record<string, object> = {};
	const context = handmade({
		getContext: () => kept,
		getInputData: () => [{ json: {} }, { json: {} }],
		addExecutionHints: (...some) => void hints.push(...some),
		logger: { warn: (line) => void warnings.push(line) },
		...given,
	});
	const journal = new Journal(context);
	journal.purchase(0, 'digest').sent(0);
	fill(batch, journal);
	const tell = async () => await report(context, { batch, journal, waitedMs: 0 });
	/** The error that ends the run. */
	const fail = async () => {
		const outcome = await tell().then(
			() => undefined,
			(error: NodeError) => error,
		);
		if (!outcome) throw new Error('The run has not failed');
		return outcome;
	};
	/** How many purchases the next try finds. */
	const known = () => Object.keys(kept.purchases ?? {}).length;
	return { tell, fail, stop, context, journal, warnings, hints, known };
}

describe('the error of an execution that was stopped', () => {
	/** What became of the requests of a run, one an item; what is not given is still on its way. */
	type Fate = GeneratedImage[] | 'unclear' | 'refused' | 'on its way';

	async function stopped(...fates: Fate[]) {
		const run = runOf((_batch, journal) => journal.clear());
		for (const [itemIndex, fate] of fates.entries()) {
			const purchase = run.journal.purchase(itemIndex, 'digest');
			purchase.sent(0);
			if (fate === 'on its way') continue;
			if (typeof fate !== 'string') purchase.answered(answerWith(fate), 0);
			else purchase.failed(fate, { code: '1' }, 3);
		}
		run.stop.abort();
		return { ...run, error: await run.fail() };
	}

	test('says so by the word that n8n looks for, and nothing else where nothing was sent', async () => {
		const { error } = await stopped('refused');

		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error.message).toBe('The execution was canceled');
		expect(error.description).toBeFalsy();
		expect(error.context).not.toHaveProperty('paidLinks');
	});

	test('names the links that are paid for, and how many requests ended unclear or are on their way', async () => {
		const { error, journal } = await stopped(
			[{ url: linkOf(1) }, { url: linkOf(2) }],
			'unclear',
			'unclear',
			'refused',
			'on its way',
		);

		expect(error.description).toBe(
			`Images of this run that are already paid for (links work for 24 hours): ${linkOf(1)} ${linkOf(2)} ` +
				'2 requests were on their way: probably charged, without links. Look at the usage of your account before you run them again. ' +
				"1 request was on its way: probably charged, without links so far. n8n's log will have them.",
		);
		expect(error.context.paidLinks).toEqual([linkOf(1), linkOf(2)]);
		expect(journal.spending).toMatchObject({ unknown: 2, pending: 1 });
	});

	test('counts images that came inline', async () => {
		const { error } = await stopped([{ base64: 'AAAA' }, { base64: 'BBBB' }]);

		expect(error.description).toContain('2 inline images of this run were paid for');
	});

	test('names twenty links, while the log and the context have all', async () => {
		const images = Array.from({ length: 25 }, (_, index) => ({ url: linkOf(index) }));
		const { error, context, journal, warnings } = await stopped(images);
		logSpending(context, journal);

		expect(error.description).toContain(`${linkOf(19)} and 5 more`);
		expect(error.description).not.toContain(linkOf(20));
		expect(warnings).toHaveLength(1);
		expect(warnings[0]).toContain(linkOf(24));
		expect(error.context.paidLinks).toHaveLength(25);
	});

	test('goes before the errors of rows, whatever "On Error" says', async () => {
		const run = runOf((batch) => batch.fail(0, refused()), { continueOnFail: () => true });
		run.stop.abort();

		expect((await run.fail()).message).toBe('The execution was canceled');
		expect(run.hints).toEqual([]);
	});
});

describe('the error that ends a run', () => {
	const GO_ON =
		'To go on from here, fix the cause and retry this execution in n8n: images that are paid for are not bought again. ' +
		'With "On Error" set to Continue (using error output), what worked goes on, and failed items come out there.';

	const failedAfter = (images: GeneratedImage[]) => (batch: Batch) => {
		if (images.length > 0) batch.answers[0] = answerWith(images);
		batch.fail(1, refused());
	};

	test('is that of the first row that failed, and the journal stays for its retry', async () => {
		const run = runOf((batch) => {
			batch.settled[0] = { result: resultOf([itemOf(0)]) };
			batch.settled[2] = { result: resultOf([], [refused('An image is missing')]) };
			batch.fail(3, refused('Another one'));
		});
		const error = await run.fail();

		expect(error).toBeInstanceOf(NodeApiError);
		expect(error.message).toBe('An image is missing [item 2]');
		expect(error.context.itemIndex).toBe(2);
		expect(run.known()).toBe(1);
	});

	test('promises that links are not bought again, and gives them', async () => {
		const { description } = await runOf(failedAfter([{ url: linkOf(1) }])).fail();

		expect(description).toContain(GO_ON);
		expect(description).toContain(`<a href="${linkOf(1)}" target="_blank">image 1</a>`);
	});

	test('promises no such thing of images that came inline', async () => {
		const { description } = await runOf(
			failedAfter([{ base64: 'AAAA' }, { url: linkOf(1) }]),
		).fail();

		expect(description).toContain(
			'retry this execution in n8n: images that came as links are not bought again, but those that came inline are',
		);
		expect(description).not.toContain('images that are paid for are not bought again');
	});

	test('says in a sub-workflow which execution to retry', async () => {
		const given: Given = { getMode: () => 'integrated' };
		const { description } = await runOf(failedAfter([{ url: linkOf(1) }]), given).fail();

		expect(description).toContain(
			"retry the execution of this sub-workflow in n8n, not its parent's, which buys everything again: images that are paid for are not bought again.",
		);
	});

	test('says nothing of going on where its one row has paid for nothing', async () => {
		const run = runOf((batch) => batch.fail(0, refused()), {
			getInputData: () => [{ json: {} }],
		});

		expect((await run.fail()).description).toBe('(Code: 2013)');
	});

	test('says how to go on where its one row has paid for images', async () => {
		const run = runOf(
			(batch) => {
				batch.answers[0] = answerWith([{ url: linkOf(1) }]);
				batch.settled[0] = { result: resultOf([], [refused()]) };
			},
			{ getInputData: () => [{ json: {} }] },
		);

		expect((await run.fail()).description).toContain(GO_ON);
	});

	test('puts links into its message for an agent, without a word of retries', async () => {
		const tool = { ...NODE, type: `${NODE.type}Tool` };
		const given: Given = { getNode: () => tool };
		const error = await runOf(failedAfter([{ url: linkOf(1) }]), given).fail();

		expect(error.message).toContain(linkOf(1));
		expect(error.message).not.toContain('retry');
		expect(error.description).toBeFalsy();
	});

	test('is also one of n8n where anything else was thrown', async () => {
		const { fail } = runOf((batch) => batch.fail(0, new Error('Expression is <b>broken</b>')));

		expect(await fail()).toMatchObject({
			name: 'NodeOperationError',
			message: 'Expression is ‹b›broken‹/b› [item 0]',
		});
	});
});

describe('a run that goes on after errors', () => {
	const goesOn: Given = { continueOnFail: () => true };

	/** Rows with an image, without any, with one of two, and one of which nothing is known. */
	const fill = (batch: Batch) => {
		batch.settled[0] = { result: resultOf([itemOf(0)]) };
		batch.fail(1, refused());
		batch.settled[2] = { result: resultOf([itemOf(2)], [refused('Image 2 of 2: Cut')]) };
		batch.settled[4] = { result: resultOf([itemOf(4)]) };
	};

	test('hands over all rows in their order, each error as an item of its row', async () => {
		const [items = []] = await runOf(fill, goesOn).tell();

		expect(items.map(({ json, pairedItem }) => [json.row ?? json.error, pairedItem])).toEqual([
			[0, { item: 0 }],
			['MiniMax said no', { item: 1 }],
			[2, { item: 2 }],
			['Image 2 of 2: Cut', { item: 2 }],
			[4, { item: 4 }],
		]);
	});

	test('says how many rows failed, and why the first did', async () => {
		const run = runOf(fill, goesOn);
		await run.tell();

		expect(run.hints.map(({ message }) => message)).toEqual([
			'2 of 4 rows failed. The first one: MiniMax said no',
		]);
	});

	test('tells what was not bought again, what was left out and what may have been charged twice', async () => {
		const run = runOf((batch) => {
			const images = [{ url: linkOf(1) }, { url: linkOf(2) }];
			batch.answers[0] = answerWith(images, { recalled: true });
			batch.answers[2] = answerWith([{ url: linkOf(3) }], { maybeTwice: true, surplus: 3 });
			batch.settled[0] = { result: resultOf([itemOf(0)]) };
		});
		await run.tell();

		expect(run.hints.map(({ message }) => message)).toEqual([
			'3 images more came than one request can ask for, and were left out: of an answer, 9 are delivered at most.',
			'2 of 3 images were paid for in an earlier try and were not bought again.',
			'1 request had to be sent a second time after an answer that did not arrive or could not be used, and may have been charged twice.',
		]);
	});

	test('shows words of the service as text in its hints', async () => {
		const run = runOf((batch) => batch.fail(0, new Error('<img src=x>\u202e & more')), goesOn);
		await run.tell();

		expect(run.hints[0]?.message).toBe('1 of 1 row failed. The reason: ‹img src=x› &amp; more');
	});

	test('works in an engine without hints', async () => {
		const run = runOf(fill, { ...goesOn, addExecutionHints: undefined });

		expect((await run.tell())[0]).toHaveLength(5);
	});
});

describe('what the journal keeps after a run that has not failed', () => {
	const retries: Given = {
		continueOnFail: () => true,
		getNode: () => ({ ...NODE, retryOnFail: true }),
	};
	const good = (batch: Batch) => (batch.settled[0] = { result: resultOf([itemOf(0)]) });
	const bad = (batch: Batch) => batch.fail(0, refused());

	test.each<[string, (batch: Batch) => unknown, Given, number]>([
		['nothing, where n8n does not run it again', good, {}, 0],
		[
			'nothing, where it goes on with an error and without a retry',
			bad,
			{ continueOnFail: () => true },
			0,
		],
		['nothing, where n8n retries runs whose first item failed, and it did not', good, retries, 0],
		['everything, where n8n runs it again because its first item failed', bad, retries, 1],
	])('is %s', async (_name, fill, given, entries) => {
		const run = runOf(fill, given);
		await run.tell();

		expect(run.known()).toBe(entries);
	});
});
