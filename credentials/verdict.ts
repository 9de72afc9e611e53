import type {
	IAuthenticateRuleResponseCode,
	IAuthenticateRuleResponseSuccessBody,
} from 'n8n-workflow';

import { quoted } from './pasted';
import { WHERE_KEYS_ARE_ISSUED } from './regions';

/** A free call that needs a key, and makes nothing. */
export const FREE_CALL = { url: '/v1/files/list', qs: { purpose: 'voice_clone' } };

const KEY_REFUSED =
	'MiniMax did not accept this API key. The most likely cause is the Region: ' +
	`${WHERE_KEYS_ARE_ISSUED}. Otherwise the key is mistyped, expired or deleted.`;

const REDIRECTED =
	'The host redirects to another address, and the API key is never sent along a redirect. ' +
	'Enter the final address as Base URL.';

const NOT_THE_API =
	'The address answers with a web page, not like the MiniMax API. Check Region and Base URL.';

const HOST_FAILS =
	'The host answers that it has a problem of its own, so the key could not be tested. Try again later.';

/** Statuses that leave the key untested, and what is said of them. */
const WORDS: readonly [statuses: number[], words: string][] = [
	[[401], KEY_REFUSED],
	[[301, 302, 303, 307, 308], REDIRECTED],
	[[402], 'The host knows the key, but says that its balance or its credits are used up.'],
	[
		[403],
		'The host forbids this key, or this network, the free call that tests keys. Check the key, and whether a firewall or a country rule stands between.',
	],
	[[407], 'The proxy between n8n and the host asks for a password.'],
	[
		[429],
		'The host asks for fewer requests, so the key could not be tested. Test it again in a minute.',
	],
	[[500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 529, 530], HOST_FAILS],
];

/** A gateway need not have the free call; what it answers then says nothing about the key. */
const CALL_IS_MISSING = [404, 405, 501];

/** Statuses with which n8n's test fails: all but success, and those of a gateway without the free call. */
export const FAILING_STATUSES = Array.from({ length: 300 }, (_, index) => 300 + index).filter(
	(status) => !CALL_IS_MISSING.includes(status),
);

/** What is said of an HTTP status; undefined where the body decides, or nothing is known. */
export function wordsForStatus(status: number): string | undefined {
	if (!FAILING_STATUSES.includes(status)) return undefined;
	return (
		WORDS.find(([statuses]) => statuses.includes(status))?.[1] ??
		`The host answers the free call that tests keys with HTTP ${status}. Check Region and Base URL.`
	);
}

type Rule = IAuthenticateRuleResponseCode | IAuthenticateRuleResponseSuccessBody;

/** What is read in the body of an answer, as n8n's rules name it. */
const BODIES: readonly [key: string, value: string | number, words: string][] = [
	// A key refused with HTTP 200: the status is in the body (codes 1004 and 2049, API reference).
	['base_resp.status_code', 1004, KEY_REFUSED],
	['base_resp.status_code', 2049, KEY_REFUSED],
	['[0]', '<', NOT_THE_API],
];

/** The rules of n8n's test: what it is to say of which answer. */
export const RULES: Rule[] = [
	...BODIES.map(([key, value, message]): Rule => ({
		type: 'responseSuccessBody',
		properties: { key, value, message },
	})),
	...WORDS.flatMap(([statuses, message]) =>
		statuses.map((value): Rule => ({ type: 'responseCode', properties: { value, message } })),
	),
];

/** Whether an answer is that of a host without the free call. */
export const lacksFreeCall = (status = 0): boolean => CALL_IS_MISSING.includes(status);

/** Why no answer came, by the codes of Node.js; read from above, and the last holds for all others. */
const NO_ANSWER: readonly [RegExp, string][] = [
	[/^(ENOTFOUND|EAI_)/, 'There is no host of that name, or DNS does not work here.'],
	[/^ECONNREFUSED$/, 'Nothing listens at that address.'],
	[/^(ETIMEDOUT|ECONNABORTED)$/, 'It does not answer in time.'],
	[
		/CERT|UNABLE_TO_VERIFY|SSL|TLS|^EPROTO$/,
		'No secure connection is possible: see its certificate.',
	],
	[/./, 'The connection fails.'],
];

/** What is said of a host that gives no answer; undefined for errors that are no connection's, such as n8n's own. */
export function wordsForNoAnswer(code: unknown, host: string): string | undefined {
	const why = NO_ANSWER.find(([pattern]) => pattern.test(String(code ?? '')))?.[1];
	return (
		why &&
		`${quoted(host)} cannot be reached. ${why} Check Region, Base URL and the network of n8n.`
	);
}
