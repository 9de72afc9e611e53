import type { CodeEntry } from '../api/codes';
import type { Failure } from '../http/outcome';

/**
 * Every code of an image that is paid for and cannot be handed over. Placeholder: {timeout} in seconds.
 * docs/errors.md follows this table.
 */
export const DOWNLOAD_CODES: Readonly<Record<string, CodeEntry>> = {
	downloadFailed: {
		next: 'retry',
		message: 'The image could not be fetched from its host',
		remedy:
			'Fetch the link below yourself: the image is paid for. If this network cannot reach the image host, set the option "Transfer" to Inline.',
	},
	downloadTimeout: {
		next: 'retry',
		message: 'The image was not fetched within the "Timeout" of {timeout} seconds',
		remedy: 'Raise the option "Timeout", or set the option "Transfer" to Inline.',
	},
	badBase64: {
		next: 'final',
		message: 'MiniMax sent an inline image that cannot be decoded',
		remedy: 'Run the failed items again with the option "Transfer" set to Link.',
	},
	notStored: {
		next: 'final',
		message: 'n8n could not store the image',
		remedy: "Check the space and the settings of n8n's binary data storage.",
	},
	notAnImage: {
		next: 'retry',
		message: 'What came back from the image link is not an image',
		remedy:
			'Open the link in a browser, or set the option "Transfer" to Inline if your network changes downloads.',
	},
	cut: {
		next: 'retry',
		message: 'The download of the image was cut short',
		remedy: 'Run the failed items again, or fetch the link yourself: the image is paid for.',
	},
	tooLarge: {
		next: 'final',
		message: 'What came back is larger than 64 MB',
		remedy: 'That is no image of MiniMax. Check what the link leads to.',
	},
	badLink: {
		next: 'final',
		message: 'The image link is not one that can be fetched',
		remedy: 'Only http and https links are fetched, with at most 3 redirects.',
	},
	linkExpired: {
		next: 'final',
		message: 'The image link is no longer valid',
		remedy: 'Links stop working after 24 hours. Fetch images in the run that makes them.',
	},
	cancelled: {
		next: 'final',
		message: 'The execution was canceled',
		remedy: 'Run it again to make the images that are missing.',
	},
};

/** What is worth trying again without an entry here: the network, and a host that is not ready. */
const PASSING = /^(unreachable|dns|reset|timeout|http404|http408|http429|http5\d\d)$/;

/** Whether trying again may help; it costs nothing, since the image is paid for already. */
export const isWorthRetrying = ({ code }: Failure): boolean =>
	PASSING.test(code) || DOWNLOAD_CODES[code]?.next === 'retry';

/** 403 and 410 never come back, and 404 may be too early. */
const EXPIRED = ['http403', 'http410'];

/** The same failure under a code of the table above. */
export function toDownloadFailure(failure: Failure): Failure {
	const { code, detail } = failure;
	if (EXPIRED.includes(code)) return { ...failure, code: 'linkExpired' };
	if (code === 'timeout') return { code: 'downloadTimeout' };
	return Object.hasOwn(DOWNLOAD_CODES, code)
		? failure
		: { code: 'downloadFailed', detail: detail ?? code };
}

/** The entry of a code that `toDownloadFailure` gives. */
export const downloadEntryOf = (code: string): CodeEntry =>
	(DOWNLOAD_CODES[code] ?? DOWNLOAD_CODES.downloadFailed) as CodeEntry;
