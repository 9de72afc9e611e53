import { WHERE_KEYS_ARE_ISSUED } from '../../credentials/regions';

/** What becomes of a failure: tried again, held back by the rate limit gate, or final. */
export type Fate = 'retry' | 'rateLimit' | 'final';

/** What users are told of a failure. Placeholders: {region}, {timeout} in seconds, {limit} in MB. */
export interface FailureEntry {
	fate: Fate;
	/** What happened. */
	message: string;
	/** What to do. */
	cure: string;
}

const TRY_LATER = 'Nothing is wrong with your input. Run the failed items again later.';

const INTERNAL: FailureEntry = {
	fate: 'retry',
	message: 'MiniMax had an internal problem',
	cure: TRY_LATER,
};

const RATE_LIMIT: FailureEntry = {
	fate: 'rateLimit',
	message: 'MiniMax kept answering that the rate limit of the account is reached',
	cure: 'Set the option Requests per Minute to what your account allows, lower when other programs use the same account, then run the failed items again.',
};

const KEY_REFUSED: FailureEntry = {
	fate: 'final',
	message: 'MiniMax did not accept the API key: it belongs to another region, or is wrong',
	cure: `Two causes are likely. Wrong region: ${WHERE_KEYS_ARE_ISSUED}; open the credential and compare its Region (now: {region}) with the site where you made the key. Or wrong key: mistyped, expired or deleted; make a new one there.`,
};

const NETWORK_CURE =
	'Check that this n8n can reach the internet (proxy, firewall, DNS), and the Region or Base URL of the credential.';

/**
 * Every code there is: numbers are the API's (error code reference), the words are ours.
 * The README's table of errors follows this one.
 */
export const FAILURES: Readonly<Record<string, FailureEntry>> = {
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
		fate: 'final',
		message: 'The balance of the MiniMax account is too low',
		cure: 'Top up the account on the MiniMax platform, then run the failed items again.',
	},
	'1026': {
		fate: 'final',
		message: 'MiniMax judged the prompt to be sensitive and made no image',
		cure: 'Reword the prompt. Sending the same one again gives the same answer.',
	},
	'1027': {
		fate: 'final',
		message: 'MiniMax judged the result to be sensitive and withheld it',
		cure: 'Reword the prompt, or use another reference image.',
	},
	'1042': {
		fate: 'final',
		message: 'The prompt holds too many invisible or illegal characters',
		cure: 'Clean the prompt: over 10 % of it are control or zero-width characters, often copied from a web page.',
	},
	'2013': {
		fate: 'final',
		message: 'MiniMax refused the parameters of the request',
		cure: 'See below what MiniMax objects to, and correct that field.',
	},
	'2056': {
		fate: 'final',
		message: 'The usage limit of your MiniMax plan is reached',
		cure: 'Limits of plans count over a window of five hours. Run the failed items again later, or use a pay-as-you-go key.',
	},
	'2061': {
		fate: 'final',
		message: 'Your MiniMax plan does not include this model',
		cure: 'Choose another Model, or change the plan.',
	},
	blocked: {
		fate: 'final',
		message: 'MiniMax blocked every image of this request for content safety',
		cure: 'Reword the prompt, or use another reference image.',
	},
	timeout: {
		fate: 'final',
		message: 'MiniMax did not answer within the Timeout of {timeout} seconds',
		cure: 'The images were probably made and charged, so the request was not sent again. Raise the option Timeout; several images at once need longer.',
	},
	downloadFailed: {
		fate: 'retry',
		message: 'The image could not be fetched from its host',
		cure: 'Fetch the link below yourself: the image is paid for. If this network cannot reach the image host, set the option Transfer to Inline.',
	},
	downloadTimeout: {
		fate: 'retry',
		message: 'The image was not fetched within the Timeout of {timeout} seconds',
		cure: 'Raise the option Timeout, or set the option Transfer to Inline.',
	},
	unreachable: {
		fate: 'retry',
		message: 'The host could not be reached',
		cure: NETWORK_CURE,
	},
	dns: {
		fate: 'retry',
		message: 'The host could not be found',
		cure: NETWORK_CURE,
	},
	reset: {
		fate: 'retry',
		message: 'The connection broke before the answer was complete',
		cure: NETWORK_CURE,
	},
	certificate: {
		fate: 'final',
		message: 'The host could not prove its identity (TLS certificate)',
		cure: 'Check Base URL and its certificate, or a proxy in between that opens encrypted connections.',
	},
	notAllowed: {
		fate: 'final',
		message: 'The connection was not allowed or not possible',
		cure: NETWORK_CURE,
	},
	redirect: {
		fate: 'final',
		message: 'The host redirects to another address',
		cure: 'The API key is never sent along a redirect. Enter the final address as Base URL of the credential.',
	},
	unusable: {
		fate: 'retry',
		message: 'The answer could not be used',
		cure: 'Check Region and Base URL of the credential: something other than the MiniMax API may have answered. If they are right, run the failed items again later.',
	},
	badBase64: {
		fate: 'final',
		message: 'MiniMax sent an inline image that cannot be decoded',
		cure: 'Run the failed items again with the option Transfer set to Link.',
	},
	notStored: {
		fate: 'final',
		message: 'n8n could not store the image',
		cure: "Check the space and the settings of n8n's binary data storage.",
	},
	notAnImage: {
		fate: 'retry',
		message: 'What came back from the image link is not an image',
		cure: 'Open the link in a browser, or set the option Transfer to Inline if your network changes downloads.',
	},
	cut: {
		fate: 'retry',
		message: 'The download of the image was cut short',
		cure: 'Run the failed items again, or fetch the link yourself: the image is paid for.',
	},
	tooLarge: {
		fate: 'final',
		message: 'What came back is larger than {limit} MB',
		cure: 'That is no image of MiniMax. Check what the link leads to.',
	},
	answerTooLarge: {
		fate: 'final',
		message: 'The answer is larger than {limit} MB',
		cure: 'Ask for fewer images at a time, or set the option Transfer to Link.',
	},
	badLink: {
		fate: 'final',
		message: 'The image link is not one that can be fetched',
		cure: 'Only http and https links are fetched, with at most 3 redirects.',
	},
	linkExpired: {
		fate: 'final',
		message: 'The image link is no longer valid',
		cure: 'Links stop working after 24 hours. Fetch images in the run that makes them.',
	},
	cancelled: {
		fate: 'final',
		message: 'The execution was canceled',
		cure: 'Run it again to make the images that are missing.',
	},
};

/** Codes of HTTP statuses: http404. */
export const HTTP_STATUS_CODE = /^http(\d{3})$/;

function httpEntry(status: number): FailureEntry {
	const fate: Fate =
		status === 429 ? 'rateLimit' : status === 408 || status >= 500 ? 'retry' : 'final';
	if (fate === 'rateLimit') return RATE_LIMIT;
	if (status === 401) return KEY_REFUSED;
	return {
		fate,
		message: `The host answered with HTTP status ${status}`,
		cure:
			fate === 'retry'
				? TRY_LATER
				: 'Check Region and Base URL of the credential: something other than the MiniMax API may have answered.',
	};
}

/** The entry of a code, of an HTTP status or of a code that nobody knows. */
export function entryOf(code: string): FailureEntry {
	const status = HTTP_STATUS_CODE.exec(code)?.[1];
	return (
		(isKnownCode(code) ? FAILURES[code] : undefined) ??
		(status
			? httpEntry(Number(status))
			: {
					fate: 'final',
					message: `MiniMax refused the request with code ${code}`,
					cure: "See MiniMax's own words below, and the error code reference of MiniMax.",
				})
	);
}

/** Whether the table has an entry for a code. */
export const isKnownCode = (code: string): boolean => Object.hasOwn(FAILURES, code);

/** What becomes of a failure with this code. */
export const fateOf = (code: string): Fate => entryOf(code).fate;
