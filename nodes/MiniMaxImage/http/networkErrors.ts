import { BodyError } from './body';
import type { Failure } from './outcome';

/** What the codes of Node.js and of n8n's HTTP client mean for the user. */
const MEANINGS: readonly [RegExp, string][] = [
	[/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|ETIMEDOUT)$/, 'unreachable'],
	[/^(ENOTFOUND|EAI_AGAIN|EAI_NODATA|EAI_FAIL)$/, 'dns'],
	[
		/^(ECONNRESET|ECONNABORTED|EPIPE|ERR_STREAM_PREMATURE_CLOSE|ERR_BAD_RESPONSE|HPE_.*|Z_.*)$/,
		'reset',
	],
	[/CERT|UNABLE_TO_VERIFY|^ERR_TLS|^ERR_SSL|^EPROTO$/, 'certificate'],
	[/^ERR_CANCELED$/, 'cancelled'],
];

/**
 * Words of a connection that broke before the request went out: while connecting, while TLS was being agreed on, or
 * while a proxy opened its tunnel.
 */
const BEFORE_SENDING =
	/\bconnect E|before secure TLS connection|Proxy connection (ended|timed out)/i;

/** Words of a connection that was made, and broke later, with codes that mostly mean there never was one. */
const AFTER_CONNECTING = /\b(read|write) E/;

const MAX_CAUSES = 8;

/** What is read of an error. Until some version after 2.30, n8n's own errors lose their cause, but not these. */
interface ErrorLink {
	code?: unknown;
	message?: unknown;
	/** The code of the cause. */
	httpCode?: unknown;
	/** The words of the cause; `message` holds those of n8n. */
	messages?: unknown;
}

/** The error and its causes, outermost first. */
function* chainOf(error: unknown): Generator<ErrorLink> {
	let current = error;
	for (let depth = 0; depth < MAX_CAUSES; depth++) {
		if (typeof current !== 'object' || current === null) return;
		yield current;
		current = 'cause' in current ? current.cause : undefined;
	}
}

/** Tells a connection that never was from one that broke, where the code alone does not. */
function inTime(meaning: string, words: string): string {
	if (meaning === 'reset' && BEFORE_SENDING.test(words)) return 'unreachable';
	return meaning === 'unreachable' && AFTER_CONNECTING.test(words) ? 'reset' : meaning;
}

/**
 * Why a request brought no HTTP answer. Only the code and the words are taken over: the error itself carries the
 * request, and with it the key.
 */
export function toFailure(error: unknown): Failure {
	if (error instanceof BodyError) {
		return { code: error.reason === 'tooLarge' ? 'tooLarge' : 'timeout' };
	}
	const links = [...chainOf(error)];
	const words = links.map(({ message, messages }) => [message, messages].join(' ')).join(' ');
	for (const { code: own, httpCode } of links) {
		const code = own ?? httpCode;
		if (typeof code !== 'string') continue;
		if (code === 'ECONNABORTED' && /timeout/i.test(words)) return { code: 'timeout' };
		const meaning = MEANINGS.find(([pattern]) => pattern.test(code))?.[1];
		if (meaning) return { code: inTime(meaning, words), detail: code };
	}
	const said = links.map(({ message }) => message).find(Boolean);
	return { code: 'notAllowed', detail: said === undefined ? undefined : String(said) };
}
