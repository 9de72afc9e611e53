import type { Failure, Outcome } from '../http/outcome';
import type { Permit } from '../http/permit';
import { kindOf } from './codes';

/** Codes of requests that never reached the service. */
const UNSENT = ['unreachable', 'dns', 'certificate', 'notAllowed'];

/** Codes after which nobody knows whether the service counted the request. */
const isUnknown = ({ code }: Failure) => /^[a-z]+$/i.test(code) && code !== 'blocked';

/** Tells the rate limiter what became of a request. */
export function endPermit(permit: Permit, outcome: Outcome<unknown>): void {
	if (outcome.ok) return permit.passed();
	const { code, retryAfterMs } = outcome.failure;
	if (kindOf(code) === 'rateLimited') permit.limited(retryAfterMs);
	else if (UNSENT.includes(code)) permit.unsent();
	else if (isUnknown(outcome.failure)) permit.unknown();
	else permit.passed();
}
