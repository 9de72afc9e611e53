/** Controls, and marks that turn the direction of a text around. */
const HARMFUL = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const LINE_BREAKS = /[\t\n\v\f\r\u2028\u2029]+/g;

/** A text, such as a link, without line breaks and what else nobody sees in it. */
export const withoutControls = (text: string): string =>
	text.replace(LINE_BREAKS, '').replace(HARMFUL, '');

/**
 * A text of input or of a service as messages, hints and log lines show it, on one line. n8n renders HTML in some of
 * these places and not in others, so angle brackets give way to marks that look alike and mean nothing.
 */
export function displayText(text: string): string {
	return text
		.replace(LINE_BREAKS, ' ')
		.replace(HARMFUL, '')
		.replaceAll('<', '‹')
		.replaceAll('>', '›');
}

/** The first `max` UTF-16 units of a text, without half a surrogate pair at the end. */
export const cutText = (text: string, max: number): string =>
	text.length <= max ? text : text.slice(0, max).replace(/[\ud800-\udbff]$/, '');
