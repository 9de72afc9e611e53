import type { GeneratedImages } from '../../nodes/MiniMaxImage/api/answer';
import type { OutcomeKind } from '../../nodes/MiniMaxImage/http/retryPolicy';
import { LINK_LIFE_MS } from '../../nodes/MiniMaxImage/purchase';
import type { JournalStore } from '../../nodes/MiniMaxImage/purchase';
import { purchaseOf, storeOf } from '../support/handmade';

const NOW = 1_000_000;

const FIFTEEN_MINUTES = 15 * 60 * 1000;

const answer = (images: GeneratedImages['images']): GeneratedImages => ({
	requestId: 'req-1',
	images,
	successCount: images.length,
	failedCount: 0,
});

const LINKS = ['https://a.example/1', 'https://a.example/2'];

const file = (name: string, id?: string) => ({
	file: { mimeType: 'image/jpeg', fileName: name, data: '', ...(id && { id }) },
});

const failure = { code: 'reset', detail: 'ECONNRESET' };

/** The same journal as another execution finds it: stored, and read again. */
const inNextExecution = ({ entries }: JournalStore): JournalStore =>
	storeOf({
		entries: JSON.parse(JSON.stringify(entries)) as JournalStore['entries'],
		execution: '2',
	});

/** A request that was answered with images. */
function bought(images: GeneratedImages['images'], store = storeOf()) {
	const purchase = purchaseOf(store);
	purchase.sent(NOW);
	purchase.answered(answer(images), NOW);
	return { store, purchase };
}

const bothLinks = () => bought(LINKS.map((url) => ({ url })));

describe('a request that was on its way when its run ended', () => {
	test('is unclear to the next try', () => {
		const store = storeOf();
		purchaseOf(store).sent(NOW);

		const purchase = purchaseOf(store);

		expect(purchase.wasUnclear).toBe(true);
		expect(store.entries.key).toEqual({ execution: '1', sentAt: NOW, unclear: 1 });
	});

	test('is counted once, however many tries look at it', () => {
		const store = storeOf();
		purchaseOf(store).sent(NOW);
		purchaseOf(store);
		purchaseOf(store);

		expect(store.entries.key).toMatchObject({ unclear: 1 });
	});

	test('is unclear to the next execution, which counts its own sends anew', () => {
		const store = storeOf();
		purchaseOf(store).sent(NOW);
		const next = inNextExecution(store);

		const purchase = purchaseOf(next);

		expect(purchase.wasUnclear).toBe(true);
		expect(next.entries.key).toEqual({
			execution: '2',
			sentAt: NOW,
			unclear: 0,
			unclearBefore: true,
		});
	});

	test('stays unclear over an execution that ends before it is sent again', () => {
		const store = storeOf();
		purchaseOf(store).sent(NOW);
		const second = inNextExecution(store);
		purchaseOf(second);
		const third = { ...inNextExecution(second), execution: '3' };

		expect(purchaseOf(third).wasUnclear).toBe(true);
	});

	test('stays unclear while it is sent again, and once that is answered', () => {
		const store = storeOf();
		purchaseOf(store).sent(NOW);
		const purchase = purchaseOf(inNextExecution(store));
		purchase.sent(NOW + 1);
		expect(purchase.wasUnclear).toBe(true);

		purchase.answered(answer([{ url: LINKS[0] as string }]), NOW + 2);

		expect(purchase.wasUnclear).toBe(true);
	});
});

test('a request that nobody sent is known to nobody', () => {
	const purchase = purchaseOf();

	expect(purchase.wasUnclear).toBe(false);
	expect(purchase.spent).toBeUndefined();
	expect(purchase.recall(NOW)).toBeUndefined();
	expect(purchase.failed('unclear', failure, 3)).toBe(false);
});

describe('a request of unclear outcome', () => {
	/** What becomes of sends that each end so, with a purchase of its own for each or one for all. */
	function fail(store: JournalStore, kinds: OutcomeKind[], maxRetries = 3): boolean[] {
		const purchase = purchaseOf(store);
		return kinds.map((kind) => {
			purchase.sent(NOW);
			return purchase.failed(kind, failure, maxRetries);
		});
	}

	test('may be sent again once in an execution, and is spent then', () => {
		const store = storeOf();

		expect(fail(store, ['unclear'])).toEqual([true]);
		expect(purchaseOf(store).spent).toBeUndefined();
		expect(fail(store, ['unclear'])).toEqual([false]);
		expect(purchaseOf(store).spent).toEqual(failure);
	});

	test('may not be sent again where the user wants no retries', () => {
		expect(fail(storeOf(), ['unclear'], 0)).toEqual([false]);
	});

	test('is sent once more by another execution, and only once', () => {
		const store = storeOf();
		fail(store, ['unclear', 'unclear']);
		const next = inNextExecution(store);

		expect(purchaseOf(next).spent).toBeUndefined();
		expect(fail(next, ['unclear'])).toEqual([false]);
		expect(purchaseOf(next).spent).toEqual(failure);
	});

	test('is not forgotten by what happens to its second send', () => {
		const store = storeOf();

		expect(fail(store, ['unclear', 'nothingMade', 'rateLimited', 'refused'])).toEqual([
			...[true, false, false, false],
		]);
		expect(purchaseOf(store).wasUnclear).toBe(true);
	});

	test('that was probably charged is spent at once', () => {
		const store = storeOf();

		expect(fail(store, ['probablyMade'])).toEqual([false]);
		expect(purchaseOf(store).spent).toEqual(failure);
	});

	test.each<OutcomeKind>(['nothingMade', 'rateLimited', 'refused'])(
		'is not what %s is: that leaves nothing behind',
		(kind) => {
			const store = storeOf();

			expect(fail(store, [kind])).toEqual([false]);
			expect(store.entries).toEqual({});
		},
	);
});

describe('links that are paid for', () => {
	test('are recalled by the next try and the next execution', () => {
		const { store } = bothLinks();
		const recalled = { ...answer(LINKS.map((url) => ({ url }))), answeredAt: NOW };

		expect(purchaseOf(store).recall(NOW)).toEqual(recalled);
		expect(purchaseOf(inNextExecution(store)).recall(NOW)).toEqual(recalled);
	});

	test('are recalled until a quarter of an hour before they end', () => {
		const { purchase } = bothLinks();
		const end = NOW + LINK_LIFE_MS - FIFTEEN_MINUTES;

		expect(purchase.recall(end - 1)).toBeDefined();
		expect(purchase.recall(end)).toBeUndefined();
	});

	test('are recalled as bad in their places where they were no links', () => {
		const [url = ''] = LINKS;
		const { store } = bought([
			{ failure: { code: 'badLink', detail: 'longer than 8 KB' } },
			{ url },
		]);

		expect(purchaseOf(store).recall(NOW)?.images).toEqual([
			{ failure: { code: 'badLink', detail: 'the same as in an earlier try' } },
			{ url },
		]);
	});

	test('are no longer on their way, so the next try counts nothing', () => {
		const { store } = bothLinks();

		expect(purchaseOf(store).wasUnclear).toBe(false);
	});

	test('are known to have worked by their places, over tries and executions', () => {
		const { store, purchase } = bothLinks();
		expect([0, 1].map((index) => purchase.wasFetched(index))).toEqual([false, false]);

		purchase.fetched([1]);
		purchase.fetched([1]);
		expect([0, 1].map((index) => purchase.wasFetched(index))).toEqual([false, true]);

		purchase.fetched([0]);
		const later = purchaseOf(inNextExecution(store));
		expect([0, 1, 2].map((index) => later.wasFetched(index))).toEqual([true, true, false]);
		expect(store.entries.key?.answer?.fetched).toEqual([1, 0]);
	});

	test('that are sent for anew have not worked yet', () => {
		const { purchase } = bothLinks();
		purchase.fetched([0, 1]);
		purchase.sent(NOW);
		purchase.answered(answer([{ url: 'https://a.example/3' }]), NOW);

		expect(purchase.wasFetched(0)).toBe(false);
	});
});

describe('images that came inline', () => {
	const inline = () => bought([{ base64: 'AAAA' }, { base64: 'BBBB' }]);

	test('are not recalled before n8n has stored them', () => {
		expect(purchaseOf(inline().store).recall(NOW)).toBeUndefined();
	});

	test('are recalled from where n8n keeps them, and what it could not store as that', () => {
		const { store, purchase } = inline();
		const stored = file('fox.jpg', 'filesystem-v2:1');
		purchase.stored([stored, { lost: 'notStored' }]);

		expect(purchaseOf(store).recall(NOW)?.images).toEqual([
			{ stored },
			{ failure: { code: 'notStored', detail: 'in an earlier try' } },
		]);
		expect(purchase.wasFetched(0)).toBe(false);
	});

	test('stay out of the journal where n8n keeps files in its items, and are recalled by this process', () => {
		const { store, purchase } = inline();
		const stored = file('fox.jpg');
		purchase.stored([stored, stored]);

		expect(JSON.stringify(store.entries)).not.toContain('fox.jpg');
		expect(purchaseOf(store).recall(NOW)?.images).toEqual([{ stored }, { stored }]);
	});

	test('are lost with their execution, which the next one knows until they are bought again', () => {
		const { store, purchase } = inline();
		purchase.stored([file('a.jpg', 'filesystem-v2:1'), file('b.jpg', 'filesystem-v2:2')]);
		const next = inNextExecution(store);

		const again = purchaseOf(next);

		expect(again.recall(NOW)).toBeUndefined();
		expect(again.lostInline).toBe(true);
		again.sent(NOW);
		expect(again.lostInline).toBe(true);
		expect(purchase.lostInline).toBe(false);
	});

	test('have no links that could have worked', () => {
		const { purchase } = inline();
		purchase.fetched([0]);

		expect(purchase.wasFetched(0)).toBe(false);
	});
});

test('a purchase that is forgotten leaves neither entry nor files', () => {
	const { store, purchase } = bought([{ base64: 'AAAA' }]);
	purchase.stored([file('fox.jpg')]);
	purchase.forget();

	expect(store.entries).toEqual({});
	expect(store.filesInMemory.size).toBe(0);
});
