import { setTimeout as wait } from 'node:timers/promises';

import { limiterCount, limiterFor } from '../../../nodes/MiniMaxImage/http/rateLimiters';
import { never } from '../../support/limited';

describe('limiters', () => {
	const enter = async (key: string, host: string) => {
		const own = limiterFor(key, host);
		return { limiter: own, permit: await own.acquire(own.takePlace(), 10, never()) };
	};

	test('belong to a key and a host, and those that are idle are forgotten', async () => {
		const before = limiterCount();
		const first = await enter('key-1', 'https://a.example');
		const others = [
			await enter('key-2', 'https://a.example'),
			await enter('key-1', 'https://b.example'),
		];

		expect(limiterFor('key-1', 'https://a.example')).toBe(first.limiter);
		expect(new Set([first, ...others].map((entry) => entry.limiter)).size).toBe(3);
		expect(limiterCount()).toBe(before + 3);
		// Refused, none of them has a start to remember.
		for (const { permit } of [first, ...others]) permit.limited(0);
		await wait(1_100);
		limiterFor('key-3', 'https://a.example');
		expect(limiterCount()).toBe(before + 1);
		expect(limiterFor('key-1', 'https://a.example')).not.toBe(first.limiter);
	});
});
