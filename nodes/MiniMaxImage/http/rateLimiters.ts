import { createHash } from 'node:crypto';

import { RateLimiter } from './rateLimiter';
import { systemClock } from './wait';
import type { Clock } from './wait';

const limiters = new Map<string, RateLimiter>();

/** The rate limiter that all executions in this process share for a key and a host. One that is idle is forgotten. */
export function limiterFor(apiKey: string, host: string, clock: Clock = systemClock): RateLimiter {
	// Limiters that are idle know nothing worth keeping.
	for (const [id, limiter] of limiters) if (limiter.idle) limiters.delete(id);
	// A digest, so that the key itself stays out of long-lived memory structures.
	const id = createHash('sha256').update(`${host}\n${apiKey}`).digest('hex');
	const limiter = limiters.get(id) ?? new RateLimiter(clock);
	limiters.set(id, limiter);
	return limiter;
}

/** How many rate limiters are remembered; for tests of leaks. */
export const limiterCount = (): number => limiters.size;
