import type { INode, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { displayText } from '../displayText';
import { ItemError } from '../itemError';
import { escapeHtml, linkHtml } from './html';
import { describePaid } from './paidImages';
import type { PaidImages } from './paidImages';

export type NodeError = NodeApiError | NodeOperationError;

/** What to do, and the facts that support asks for. */
function describe({ facts }: ItemError, format: 'text' | 'html'): string {
	const { code, detail, traceId, imageUrl, remedy } = facts;
	const escape = (text: string) => (format === 'html' ? escapeHtml(text) : text);
	const words = [
		detail && `Details: ${detail}`,
		`Code: ${code}`,
		traceId && `Trace ID: ${traceId}`,
	];
	const link = imageUrl && (format === 'html' ? linkHtml(imageUrl, 'open the image') : imageUrl);
	return [
		remedy && escape(remedy),
		escape(`(${words.filter(Boolean).join('. ')})`),
		link && `The image is paid for. Its link works for 24 hours: ${link}`,
	]
		.filter(Boolean)
		.join(' ');
}

/** Input that was refused, or an expression that did not work, for example. */
function toOperationError(node: INode, error: Error, itemIndex: number): NodeOperationError {
	if (!(error instanceof ItemError)) {
		const own = new NodeOperationError(node, error, { itemIndex });
		own.message = displayText(own.message);
		return own;
	}
	const refusal = new NodeOperationError(node, error.message, {
		itemIndex,
		description: error.facts.remedy,
	});
	refusal.context.code = error.facts.code;
	// n8n swaps a message for its own where it meets the name of a system error inside: "imagEACCESs".
	refusal.message = error.message;
	return refusal;
}

function toApiError(node: INode, error: ItemError, itemIndex: number): NodeApiError {
	const { code, traceId, detail, imageUrl } = error.facts;
	const facts: JsonObject = { code, ...(traceId && { traceId }), ...(detail && { detail }) };
	const apiError = new NodeApiError(node, facts, {
		message: error.message,
		description: describe(error, 'text'),
		httpCode: code.replace(/^http(?=\d{3}$)/, ''),
		itemIndex,
	});
	Object.assign(apiError.context, facts, imageUrl && { imageUrl });
	return apiError;
}

/**
 * The error that n8n shows with its item: what happened as message, what to do as description, with code, trace id
 * and item index in its context. Holds nothing of the request, so no key. Its words are plain text.
 */
export function toNodeError(node: INode, error: unknown, itemIndex: number): NodeError {
	return error instanceof ItemError && !error.isRefusedInput
		? toApiError(node, error, itemIndex)
		: toOperationError(node, error as Error, itemIndex);
}

/** What the error that ends a run says besides its own words. */
export interface RunWords {
	paid: PaidImages;
	/** How to go on. */
	next?: string;
}

/** The images that are paid for, beside the one that the error is about. */
function otherPaid(error: unknown, { links, inline }: PaidImages): PaidImages {
	const own = error instanceof ItemError ? error.facts.imageUrl : undefined;
	return { links: links.filter((link) => link !== own), inline };
}

/**
 * The error that ends a run in the editor, which renders its description as HTML: short links, and everything that
 * comes from a service or from input as text. It names the item that it is about, since it stands alone.
 */
export function toRunError(
	node: INode,
	error: unknown,
	itemIndex: number,
	words: RunWords,
): NodeError {
	const own = toNodeError(node, error, itemIndex);
	const paid = otherPaid(error, words.paid);
	const described =
		error instanceof ItemError && !error.isRefusedInput
			? describe(error, 'html')
			: own.description && escapeHtml(own.description);
	own.message += ` [item ${itemIndex}]`;
	own.description =
		[described, words.next, describePaid(paid, 'html')].filter(Boolean).join(' ') || undefined;
	if (paid.links.length > 0) own.context.paidLinks = paid.links;
	return own;
}

/** The error that an AI Agent hands to its model: all words are in the message, since a model gets nothing else. */
export function toToolError(
	node: INode,
	error: unknown,
	itemIndex: number,
	paid: PaidImages,
): NodeError {
	const own = toNodeError(node, error, itemIndex);
	const others = otherPaid(error, paid);
	const more = [own.description, describePaid(others, 'text')].filter(Boolean).join(' ');
	if (more) own.message += `. ${more}`;
	own.description = undefined;
	if (others.links.length > 0) own.context.paidLinks = others.links;
	return own;
}
