import type { GeneratedImages } from '../api/answer';
import type { NodeError } from './errors';

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
		inline: images.filter((image) => 'base64' in image).length,
	};
}

/** Adds to an error which images a run has paid for that no output will carry. */
export function addPaidImages(error: NodeError, { links, inline }: PaidImages): NodeError {
	const others = links.filter((link) => link !== error.context.imageUrl);
	const images = inline === 1 ? '1 inline image' : `${inline} inline images`;
	error.description =
		[
			error.description,
			others.length > 0 &&
				`Images of this run that are already paid for (links work for 24 hours): ${others.join(' ')}`,
			inline > 0 &&
				`${images} of this run were paid for and cannot be handed over. Set "On Error" to use the error output, which keeps them.`,
		]
			.filter(Boolean)
			.join(' ') || undefined;
	if (others.length > 0) error.context.paidLinks = others;
	return error;
}
