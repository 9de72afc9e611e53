import type { GeneratedImages } from '../api/answer';
import { escapeHtml, linkHtml } from './html';

/** Links that a message names; the context of the error holds all. */
const MAX_NAMED_LINKS = 20;

/** Images that a run has paid for. */
export interface PaidImages {
	links: readonly string[];
	/** Images without a link, since they came inside the answer. */
	inline: number;
}

/** The images of all answers, links in the order of the items. */
export function paidImages(answers: readonly GeneratedImages[]): PaidImages {
	// The list has holes where items have no answer, which flat() skips.
	const images = answers.flat().flatMap((answer) => answer.images);
	return {
		links: images.flatMap((image) => ('url' in image ? [image.url] : [])),
		inline: images.filter((image) => 'base64' in image || 'stored' in image).length,
	};
}

/**
 * What a message says of images that are paid for and that no output will carry; empty without any.
 *
 * @param max how many links are named
 * @param stopped whether the execution was stopped, when no output keeps anything
 */
export function describePaid(
	{ links, inline }: PaidImages,
	format: 'text' | 'html',
	{ max = MAX_NAMED_LINKS, stopped = false } = {},
): string {
	const named = links.slice(0, max);
	const shown =
		format === 'html'
			? named.map((link, index) => linkHtml(link, `image ${index + 1}`)).join(', ')
			: named.join(' ');
	const rest = links.length - named.length;
	const linked = `Images of this run that are already paid for (links work for 24 hours): ${shown}${rest > 0 ? ` and ${rest} more` : ''}`;
	const images = inline === 1 ? '1 inline image' : `${inline} inline images`;
	const keep = stopped ? '' : ' Set "On Error" to use the error output, which keeps them.';
	const lost = `${images} of this run were paid for and cannot be handed over.${keep}`;
	return [links.length > 0 && linked, inline > 0 && (format === 'html' ? escapeHtml(lost) : lost)]
		.filter(Boolean)
		.join(' ');
}
