import { WHERE_KEYS_ARE_ISSUED } from '../../../credentials/regions';
import type { NextStep } from '../http/retryPolicy';

/** What becomes of an answer without images, and what users are told. */
export interface CodeEntry {
	next: NextStep;
	/** What happened. */
	message: string;
	/** What to do. */
	remedy: string;
}

const TRY_LATER = 'Nothing is wrong with your input. Run the failed items again later.';

const NOT_MINIMAX =
	'Check "Region" and "Base URL" of the credential: something other than the MiniMax API may have answered.';

const INTERNAL: CodeEntry = {
	next: 'retry',
	message: 'MiniMax could not make the image just now',
	remedy: TRY_LATER,
};

const RATE_LIMIT: CodeEntry = {
	next: 'rateLimit',
	message: 'MiniMax kept answering that the rate limit of the account is reached',
	remedy:
		'Set the option "Requests per Minute" to what your account allows, lower when other programs use the same account, then run the failed items again.',
};

const KEY_REFUSED: CodeEntry = {
	next: 'final',
	message: 'MiniMax did not accept the API key: it belongs to another region, or is wrong',
	remedy: `Two causes are likely. Wrong region: ${WHERE_KEYS_ARE_ISSUED}; open the credential and compare its "Region" (now: {region}) with the site where you made the key. Or wrong key: mistyped, expired or deleted; make a new one there.`,
};

const NETWORK_REMEDY =
	'Check that this n8n can reach the internet (proxy, firewall, DNS), and the "Region" or "Base URL" of the credential.';

/**
 * Every code of the API and of the way to it: numbers are the API's (error code reference), the words are ours.
 * Placeholders: {region}, {timeout} in seconds. docs/errors.md follows this table.
 */
export const CODES: Readonly<Record<string, CodeEntry>> = {
	'1000': INTERNAL,
	'1001': INTERNAL,
	'1024': INTERNAL,
	'1033': INTERNAL,
	'1002': RATE_LIMIT,
	'1039': RATE_LIMIT,
	'1041': RATE_LIMIT,
	'2045': RATE_LIMIT,
	'1004': KEY_REFUSED,
	'2049': KEY_REFUSED,
	'1008': {
		next: 'final',
		message: 'The balance of the MiniMax account is too low',
		remedy: 'Top up the account on the MiniMax platform, then run the failed items again.',
	},
	'1026': {
		next: 'final',
		message: 'MiniMax judged the prompt to be sensitive and made no image',
		remedy: 'Reword the prompt. Sending the same one again gives the same answer.',
	},
	'1027': {
		next: 'final',
		message: 'MiniMax judged the result to be sensitive and withheld it',
		remedy: 'Reword the prompt, or use another reference image.',
	},
	'1042': {
		next: 'final',
		message: 'The prompt holds too many invisible or illegal characters',
		remedy:
			'Clean the prompt: over 10 % of it are control or zero-width characters, often copied from a web page.',
	},
	'2013': {
		next: 'final',
		message: 'MiniMax refused the parameters of the request',
		remedy: 'See below what MiniMax objects to, and correct that field.',
	},
	'2056': {
		next: 'final',
		message: 'The usage limit of your MiniMax plan is reached',
		remedy:
			'Limits of plans count over a window of five hours. Run the failed items again later, or use a pay-as-you-go key.',
	},
	'2061': {
		next: 'final',
		message: 'Your MiniMax plan does not include this model',
		remedy: 'Choose another "Model", or change the plan.',
	},
	blocked: {
		next: 'final',
		message: 'MiniMax blocked every image of this request for content safety',
		remedy: 'Reword the prompt, or use another reference image.',
	},
	timeout: {
		next: 'final',
		message: 'MiniMax did not answer within the "Timeout" of {timeout} seconds',
		remedy:
			'The images were probably made and charged, so the request was not sent again. Raise the option "Timeout"; several images at once need longer.',
	},
	unreachable: {
		next: 'retry',
		message: 'The host could not be reached',
		remedy: NETWORK_REMEDY,
	},
	dns: {
		next: 'retry',
		message: 'The host could not be found',
		remedy: NETWORK_REMEDY,
	},
	reset: {
		next: 'retry',
		message: 'The connection broke before the answer was complete',
		remedy: NETWORK_REMEDY,
	},
	certificate: {
		next: 'final',
		message: 'The host could not prove its identity (TLS certificate)',
		remedy:
			'Check "Base URL" and its certificate, or a proxy in between that opens encrypted connections.',
	},
	notAllowed: {
		next: 'final',
		message: 'The connection was not allowed or not possible',
		remedy: NETWORK_REMEDY,
	},
	redirect: {
		next: 'final',
		message: 'The host redirects to another address',
		remedy:
			'The API key is never sent along a redirect. Enter the final address as "Base URL" of the credential.',
	},
	unusable: {
		next: 'retry',
		message: 'The answer could not be used',
		remedy:
			'Check "Region" and "Base URL" of the credential: something other than the MiniMax API may have answered. If they are right, run the failed items again later.',
	},
	answerTooLarge: {
		next: 'final',
		message: 'The answer is larger than 256 MB',
		remedy: 'Ask for fewer images at a time, or set the option "Transfer" to Link.',
	},
	cancelled: {
		next: 'final',
		message: 'The execution was canceled',
		remedy: 'Run it again to make the images that are missing.',
	},
};

/** The codes of HTTP statuses: http404. */
export const HTTP_STATUS_CODE = /^http(\d{3})$/;

function httpEntry(status: number): CodeEntry {
	if (status === 429) return RATE_LIMIT;
	if (status === 401) return KEY_REFUSED;
	const message = `The host answered with HTTP status ${status}`;
	return status === 408 || status >= 500
		? { next: 'retry', message, remedy: TRY_LATER }
		: { next: 'final', message, remedy: NOT_MINIMAX };
}

/** Whether the table has an entry for a code. */
export const isKnownCode = (code: string): boolean => Object.hasOwn(CODES, code);

/** The entry of a code, of an HTTP status or of a code that nobody knows. */
export function entryOf(code: string): CodeEntry {
	if (isKnownCode(code)) return CODES[code] as CodeEntry;
	const status = HTTP_STATUS_CODE.exec(code)?.[1];
	if (status) return httpEntry(Number(status));
	return {
		next: 'final',
		message: `MiniMax refused the request with code ${code}`,
		remedy: "See MiniMax's own words below, and the error code reference of MiniMax.",
	};
}

/** What becomes of an answer with this code. */
export const nextStepFor = (code: string): NextStep => entryOf(code).next;
