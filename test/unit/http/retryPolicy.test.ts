import fc from 'fast-check';

import { readRetryAfter, retryDelay } from '../../../nodes/MiniMaxImage/http/retryPolicy';
import type { OutcomeKind } from '../../../nodes/MiniMaxImage/http/retryPolicy';

const MANY = 20;

const delay = (failures: number, random = 0, retryAfterMs?: number, maxRetries = MANY) =>
	retryDelay({ failures, kind: 'nothingMade', retryAfterMs }, maxRetries, random);

test('waits double from half a second to four seconds, without jitter', () => {
	expect([1, 2, 3, 4, 5, 6, 20].map((failures) => delay(failures))).toEqual([
		500, 1000, 2000, 4000, 4000, 4000, 4000,
	]);
});

test('jitter adds up to as much again, at the longest wait too', () => {
	expect([1, 2, 3, 4].map((failures) => delay(failures, 0.5))).toEqual([750, 1500, 3000, 6000]);
	expect([1, 2, 3, 4, 5].map((failures) => delay(failures, 1))).toEqual([
		1000, 2000, 4000, 8000, 8000,
	]);
});

test('every wait is between half a second and eight', () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 1, max: MANY - 1 }),
			fc.double({ min: 0, max: 1, noNaN: true }),
			(failures, random) => {
				const ms = delay(failures, random);

				expect(ms).toBeGreaterThanOrEqual(500);
				expect(ms).toBeLessThanOrEqual(8000);
				expect(ms).toBeLessThanOrEqual(delay(failures + 1, random) ?? 0);
			},
		),
		{ seed: 31, numRuns: 500 },
	);
});

test.each([
	[0, 500],
	[100, 500],
	[3000, 3000],
	[60_000, 60_000],
	[120_000, 120_000],
	[120_001, undefined],
	[86_400_000, undefined],
])('where the service asks for %d ms the wait is %p', (retryAfterMs, ms) => {
	expect(delay(1, 0, retryAfterMs)).toBe(ms);
});

test.each([
	[0, [undefined, undefined]],
	[1, [500, undefined]],
	[3, [500, 1000, 2000, undefined]],
])('with %d retries it gives up after them', (maxRetries, delays) => {
	expect(delays.map((_, index) => delay(index + 1, 0, undefined, maxRetries))).toEqual(delays);
});

test.each<OutcomeKind>(['refused', 'rateLimited', 'probablyMade', 'unclear'])(
	'what is %s is not tried again here',
	(kind) => {
		expect(retryDelay({ failures: 1, kind }, MANY, 0)).toBeUndefined();
		expect(retryDelay({ failures: 1, kind, retryAfterMs: 1000 }, MANY, 0)).toBeUndefined();
	},
);

test('what is unclear is tried again where it may be sent once more', () => {
	const attempt = { failures: 1, kind: 'unclear', mayResend: true } as const;

	expect(retryDelay(attempt, MANY, 0)).toBe(500);
	expect(retryDelay(attempt, 0, 0)).toBeUndefined();
});

describe('Retry-After', () => {
	const now = Date.parse('2026-11-20T12:00:00Z');

	test.each<[unknown, number | undefined]>([
		['1.5', 1500],
		['.5', 500],
		['5.', 5000],
		[' 7\t', 7000],
		['7 seconds', undefined],
		['', undefined],
		[' ', undefined],
		['.', undefined],
		['NaN', undefined],
		['Infinity', undefined],
		[7, undefined],
		[null, undefined],
		[['7'], undefined],
		[{ toString: 0 }, undefined],
		['Friday, 20-Nov-26 12:00:30 GMT', 30_000],
	])('%j is %j ms', (value, ms) => {
		expect(readRetryAfter(value, now)).toBe(ms);
	});

	test('is read up to 40 characters, however many digits they are', () => {
		expect(readRetryAfter('7'.padStart(40, '0'), now)).toBe(7000);
		expect(readRetryAfter('7'.padStart(41, '0'), now)).toBeUndefined();
		expect(readRetryAfter('7'.padEnd(41), now)).toBeUndefined();
		expect(readRetryAfter('9'.repeat(40), now)).toBeGreaterThan(1e42);
		expect(readRetryAfter('9'.repeat(1_000_000), now)).toBeUndefined();
	});

	test('is never in the past, and never no number', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.anything()), (value) => {
				const ms = readRetryAfter(value, now) ?? 0;

				expect(ms).toBeGreaterThanOrEqual(0);
				expect(ms).toBeLessThan(Infinity);
			}),
			{ seed: 32, numRuns: 1000 },
		);
	});
});
