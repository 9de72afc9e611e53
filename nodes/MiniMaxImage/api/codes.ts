import { WHERE_KEYS_ARE_ISSUED } from '../../../credentials/regions';
import type { OutcomeKind } from '../http/retryPolicy';

/** What becomes of an answer without images, and what users are told. */
export interface CodeEntry {
	/** What is known of the images, which decides whether the request is sent again. */
	kind: OutcomeKind;
	/** Whose requests are refused from now on: everybody's with this key, or those for the same model. */
	affects?: 'account' | 'model';
	/** What happened. */
	message: string;
	/** What to do. */
	remedy: string;
	/** What to do where MiniMax said nothing of its own. */
	remedyWithoutWords?: string;
}

const TRY_LATER = 'Nothing is wrong with your input. Run the failed items again later.';

const NOT_MINIMAX =
	'Check "Region" and "Base URL" of the credential: something other than the MiniMax API may have answered.';

const OWN_WORDS = {
	remedy: 'See the details for the words of MiniMax, and its error code reference.',
	remedyWithoutWords: 'MiniMax says no more. Look the code up in its error code reference.',
};

const INTERNAL: CodeEntry = {
	kind: 'nothingMade',
	message: 'MiniMax could not make the image just now',
	remedy: TRY_LATER,
};

/** Words for outcomes that nobody knows: a second request may be a second charge. */
const MAYBE_CHARGED =
	'MiniMax may have made and charged the images all the same, so the node sends such a request again at most once. Look at the usage of your account before you run the failed items again.';

/** A time-out inside of MiniMax: the images may be made later, and be charged. */
const TIMED_OUT_THERE: CodeEntry = {
	kind: 'unclear',
	message: 'MiniMax could not make the image in time',
	remedy: MAYBE_CHARGED,
};

const RATE_LIMIT: CodeEntry = {
	kind: 'rateLimited',
	message: 'MiniMax kept answering that the rate limit of the account is reached',
	remedy:
		'Set the option "Requests per Minute" to what your account allows, lower when other programs use the same account, then run the failed items again.',
};

const KEY_REFUSED: CodeEntry = {
	kind: 'refused',
	affects: 'account',
	message: 'MiniMax did not accept the API key: it belongs to another region, or is wrong',
	remedy: `Two causes are likely. Wrong region: ${WHERE_KEYS_ARE_ISSUED}; open the credential and compare its "Region" (now: {region}) with the site where you made the key. Or wrong key: mistyped, expired or deleted; make a new one there.`,
};

/** A gateway may have keys of its own, and regions are nothing that it need know. */
const KEY_REFUSED_BY_GATEWAY: CodeEntry = {
	kind: 'refused',
	affects: 'account',
	message: 'The API key was not accepted',
	remedy:
		'Ask whoever runs {host} which key it wants, its own or one of MiniMax, and enter that as "API Key" of the credential.',
};

/** Which purse is empty depends on the key, and MiniMax does not say it (observed). */
const BALANCE_TOO_LOW: CodeEntry = {
	kind: 'refused',
	affects: 'account',
	message: 'The balance of the MiniMax account is too low',
	remedy:
		'A pay-as-you-go key draws on the balance of the account, a subscription key (sk-cp-…) on the credits of its plan, and neither on the other. Top up the one that your key draws on, then run the failed items again.',
};

const NETWORK_REMEDY =
	'Check that this n8n can reach the internet (proxy, firewall, DNS), and the "Region" or "Base URL" of the credential.';

/**
 * Every code of the API and of the way to it: numbers are the API's (error code reference), the words are ours.
 * Placeholders: {region}, {host}, {timeout} in seconds. docs/errors.md follows this table.
 */
export const CODES: Readonly<Record<string, CodeEntry>> = {
	'1000': INTERNAL,
	'1001': TIMED_OUT_THERE,
	'1024': INTERNAL,
	'1033': INTERNAL,
	'1002': RATE_LIMIT,
	'1039': RATE_LIMIT,
	'1041': RATE_LIMIT,
	'2045': RATE_LIMIT,
	'1004': KEY_REFUSED,
	'2049': KEY_REFUSED,
	'1008': BALANCE_TOO_LOW,
	'1026': {
		kind: 'refused',
		message: 'MiniMax judged the prompt to be sensitive and made no image',
		remedy: 'Reword the prompt. Sending the same one again gives the same answer.',
	},
	'1027': {
		kind: 'refused',
		message: 'MiniMax judged the result to be sensitive and withheld it',
		remedy: 'Reword the prompt, or use another reference image.',
	},
	'1042': {
		kind: 'refused',
		message: 'The prompt holds too many invisible or illegal characters',
		remedy:
			'Clean the prompt: over 10 % of it are control or zero-width characters, often copied from a web page.',
	},
	'2013': {
		kind: 'refused',
		message: 'MiniMax refused the parameters of the request',
		remedy: 'The details tell what MiniMax objects to. Correct that field.',
		remedyWithoutWords:
			'MiniMax does not say which. Compare the fields with its documentation, the newest ones first.',
	},
	'2056': {
		kind: 'refused',
		affects: 'account',
		message: 'The usage limit of your MiniMax plan is reached',
		remedy:
			'The details tell which limit it is and when it resets. Run the failed items again then, or use a pay-as-you-go key.',
		remedyWithoutWords:
			'See the page of your plan on the MiniMax platform for when it resets. Run the failed items again then, or use a pay-as-you-go key.',
	},
	'2061': {
		kind: 'refused',
		affects: 'model',
		message: 'Your MiniMax plan does not include this model',
		remedy: 'Choose another "Model", or change the plan.',
	},
	blocked: {
		kind: 'refused',
		message: 'MiniMax blocked every image of this request for content safety',
		remedy: 'Reword the prompt, or use another reference image.',
	},
	// The request went out and nobody told us to stop waiting: most likely the images are on their way.
	timeout: {
		kind: 'probablyMade',
		message: 'MiniMax did not answer within the "Timeout" of {timeout} seconds',
		remedy:
			'The images were probably made and charged, so the request was not sent again. Raise the option "Timeout"; several images at once need longer.',
	},
	unreachable: {
		kind: 'nothingMade',
		message: 'The host {host} could not be reached',
		remedy: NETWORK_REMEDY,
	},
	dns: {
		kind: 'nothingMade',
		message: 'The host {host} could not be found',
		remedy: NETWORK_REMEDY,
	},
	// After the request went out; a connection that never was is `unreachable`.
	reset: {
		kind: 'unclear',
		message: 'The connection broke before the answer was complete',
		remedy: `${MAYBE_CHARGED} ${NETWORK_REMEDY}`,
	},
	certificate: {
		kind: 'refused',
		message: 'The host {host} could not prove its identity (TLS certificate)',
		remedy:
			'Check "Base URL" and its certificate, or a proxy in between that opens encrypted connections.',
	},
	notAllowed: {
		kind: 'refused',
		message: 'The connection to {host} was not allowed or not possible',
		remedy: NETWORK_REMEDY,
	},
	redirect: {
		kind: 'refused',
		message: 'The host redirects to another address',
		remedy:
			'The API key is never sent along a redirect. Enter the final address as "Base URL" of the credential.',
	},
	// A success without images that can be used: it says nothing of what was charged.
	unusable: {
		kind: 'unclear',
		message: 'The answer could not be used',
		remedy: `${NOT_MINIMAX} If they are right: ${MAYBE_CHARGED}`,
	},
	answerTooLarge: {
		kind: 'probablyMade',
		message: 'The answer is larger than any of MiniMax, so it was not read to its end',
		remedy: `${NOT_MINIMAX} If they are right, ask for fewer images at a time, or set the option "Transfer" to Link.`,
	},
	// Only of a request on its way: one that waits ends with the reason of the signal.
	cancelled: {
		kind: 'unclear',
		message: 'The execution was canceled while the request was on its way',
		remedy: MAYBE_CHARGED,
	},
};

/** The codes of HTTP statuses: http404. */
export const HTTP_STATUS_CODE = /^http(\d{3})$/;

/** The host's limit for a body: what makes one large is the reference image in it. */
const TOO_LARGE: CodeEntry = {
	kind: 'refused',
	message: 'The reference is too large for the host {host}',
	remedy:
		'Make the reference image smaller, e.g. with the Resize operation of the Edit Image node, or hand it over as a link with "Input Type" set to Image URL.',
};

/** A server that is too busy turns requests away before it works on them (RFC 9110, section 15.6.4; 529 is its kin). */
const TURNED_AWAY = [503, 529];

/**
 * The entry of a status without a code of the API. 408 and all other 5xx come from gateways that gave up on a server
 * which may well have gone on, and from servers that broke at any point of their work.
 */
function httpEntry(status: number, isOfService: boolean): CodeEntry {
	if (status === 429) return RATE_LIMIT;
	if (status === 401) return KEY_REFUSED;
	if (status === 402) return BALANCE_TOO_LOW;
	if (status === 413) return TOO_LARGE;
	const message = `The host answered with HTTP status ${status}`;
	if (TURNED_AWAY.includes(status)) return { kind: 'nothingMade', message, remedy: TRY_LATER };
	if (status === 408 || status >= 500) return { kind: 'unclear', message, remedy: MAYBE_CHARGED };
	return isOfService
		? { kind: 'refused', message, ...OWN_WORDS }
		: { kind: 'refused', message, remedy: NOT_MINIMAX };
}

/** Whether the table has an entry for a code. */
export const isKnownCode = (code: string): boolean => Object.hasOwn(CODES, code);

/** What the words of an entry depend on. */
export interface EntryContext {
	/** Whether MiniMax itself answered, and not something on the way to it. */
	isOfService?: boolean;
	/** Whether the credential leads to a gateway. */
	isGateway?: boolean;
}

/** The entry of a code, of an HTTP status or of a code that nobody knows. */
export function entryOf(code: string, context: EntryContext = {}): CodeEntry {
	const entry = findEntry(code, context);
	return entry === KEY_REFUSED && context.isGateway ? KEY_REFUSED_BY_GATEWAY : entry;
}

function findEntry(code: string, { isOfService = false }: EntryContext): CodeEntry {
	if (isKnownCode(code)) return CODES[code] as CodeEntry;
	const status = HTTP_STATUS_CODE.exec(code)?.[1];
	if (status) return httpEntry(Number(status), isOfService);
	return {
		kind: 'refused',
		message: `MiniMax refused the request with code ${code}`,
		...OWN_WORDS,
	};
}

/** What is known of the images after this code. */
export const kindOf = (code: string): OutcomeKind => entryOf(code).kind;
