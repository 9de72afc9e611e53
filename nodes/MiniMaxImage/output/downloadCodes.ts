import type { CodeEntry } from '../api/codes';
import type { Failure } from '../http/outcome';

/**
 * Every code of an image that is paid for and cannot be handed over. Placeholders: {host} of the link, {timeout} in seconds.
 * docs/errors.md follows this table.
 */
export const DOWNLOAD_CODES: Readonly<Record<string, CodeEntry>> = {
	downloadFailed: {
		kind: 'nothingMade',
		message: 'The image could not be fetched from its host {host}',
		remedy:
			'Fetch the link yourself: the image is paid for. If this network cannot reach the image host, set the option "Transfer" to Inline.',
	},
	downloadTimeout: {
		kind: 'nothingMade',
		message: 'The image was not fetched within the "Timeout" of {timeout} seconds',
		remedy: 'Raise the option "Timeout", or set the option "Transfer" to Inline.',
	},
	badBase64: {
		kind: 'refused',
		message: 'MiniMax sent an inline image that cannot be decoded',
		remedy: 'Run the failed items again with the option "Transfer" set to Link.',
	},
	notStored: {
		kind: 'refused',
		message: 'n8n could not store the image',
		remedy: "Check the space and the settings of n8n's binary data storage.",
	},
	notAnImage: {
		kind: 'nothingMade',
		message: 'What came back from the image link is not an image',
		remedy:
			'Open the link in a browser, or set the option "Transfer" to Inline if your network changes downloads.',
	},
	cut: {
		kind: 'nothingMade',
		message: 'The download of the image was cut short',
		remedy: 'Run the failed items again, or fetch the link yourself: the image is paid for.',
	},
	tooLarge: {
		kind: 'refused',
		message: 'What came back is larger than 64 MB',
		remedy: 'That is no image of MiniMax. Check what the link leads to.',
	},
	badLink: {
		kind: 'refused',
		message: 'The image link is not one that can be fetched',
		remedy: 'Only http and https links are fetched, with at most 3 redirects.',
	},
	linkRefused: {
		kind: 'refused',
		message: 'The image host, or a proxy on the way, refused the link',
		remedy:
			'If a proxy or firewall of your network answered, let the host of the link pass. Otherwise set the option "Transfer" to Inline, so that images come inside the answer.',
	},
	linkExpired: {
		kind: 'refused',
		message: 'The image link is no longer valid',
		remedy: 'Links stop working after 24 hours. Fetch images in the run that makes them.',
	},
	cancelled: {
		kind: 'refused',
		message: 'The execution was canceled',
		remedy: 'Run it again to make the images that are missing.',
	},
};

/** What is worth trying again without an entry here: the network, and a host that is not ready. */
const PASSING = /^(unreachable|dns|reset|timeout|http404|http408|http429|http5\d\d)$/;

/** Whether trying again may help; it costs nothing, since the image is paid for already. */
export const isWorthRetrying = ({ code }: Failure): boolean =>
	PASSING.test(code) || DOWNLOAD_CODES[code]?.kind === 'nothingMade';

/** Whether a link that worked once works no longer: only then may its image be bought again. */
export const isGone = ({ code }: Failure): boolean => /^http(403|404|410)$/.test(code);

/** What a status of the image host means for a link. 404 may be too early, and is told as any other. */
const STATUS_MEANINGS: Record<string, string> = { http403: 'linkRefused', http410: 'linkExpired' };

/** The same failure under a code of the table above. */
export function toDownloadFailure(failure: Failure): Failure {
	const { code, detail } = failure;
	if (code === 'timeout') return { code: 'downloadTimeout' };
	const own = STATUS_MEANINGS[code] ?? code;
	if (Object.hasOwn(DOWNLOAD_CODES, own)) return { ...failure, code: own };
	return { code: 'downloadFailed', detail: detail ?? code };
}

/** The entry of a code that `toDownloadFailure` gives. */
export const downloadEntryOf = (code: string): CodeEntry =>
	(DOWNLOAD_CODES[code] ?? DOWNLOAD_CODES.downloadFailed) as CodeEntry;
