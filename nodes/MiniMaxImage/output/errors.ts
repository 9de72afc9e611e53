import type { INode, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { ItemError } from '../itemError';

export type NodeError = NodeApiError | NodeOperationError;

function describe({ facts }: ItemError): string {
	const { code, detail, traceId, imageUrl, remedy } = facts;
	const words = [
		detail && `Details: ${detail}`,
		`Code: ${code}`,
		traceId && `Trace ID: ${traceId}`,
	];
	return [
		remedy,
		`(${words.filter(Boolean).join('. ')})`,
		imageUrl && `The image is paid for. Its link works for 24 hours: ${imageUrl}`,
	]
		.filter(Boolean)
		.join(' ');
}

/** Input that was refused, or an expression that failed, for example. */
function toOperationError(node: INode, error: Error, itemIndex: number): NodeOperationError {
	if (!(error instanceof ItemError)) return new NodeOperationError(node, error, { itemIndex });
	const refusal = new NodeOperationError(node, error.message, {
		itemIndex,
		description: error.facts.remedy,
	});
	// n8n swaps a message for its own where it meets the name of a system error inside: "imagEACCESs".
	refusal.message = error.message;
	return refusal;
}

function toApiError(node: INode, error: ItemError, itemIndex: number): NodeApiError {
	const { code, traceId, detail, imageUrl } = error.facts;
	const facts: JsonObject = { code, ...(traceId && { traceId }), ...(detail && { detail }) };
	const apiError = new NodeApiError(node, facts, {
		message: error.message,
		description: describe(error),
		httpCode: code.replace(/^http(?=\d{3}$)/, ''),
		itemIndex,
	});
	Object.assign(apiError.context, facts, imageUrl && { imageUrl });
	return apiError;
}

/**
 * The error that n8n shows with its item: what happened as message, what to do as description, with code, trace id
 * and item index in its context. Holds nothing of the request, so no key.
 */
export function toNodeError(node: INode, error: unknown, itemIndex: number): NodeError {
	return error instanceof ItemError && !error.isRefusedInput
		? toApiError(node, error, itemIndex)
		: toOperationError(node, error as Error, itemIndex);
}

/** Adds to the message which item it is about, for an error that stands alone; an error item is paired with its own. */
export function namingItem(error: NodeError): NodeError {
	const { itemIndex } = error.context;
	if (typeof itemIndex === 'number') error.message += ` [item ${itemIndex}]`;
	return error;
}

/** Puts all that an error tells into its message, since an AI Agent hands its model nothing but that. */
export function tellingModel(error: NodeError): NodeError {
	if (error.description) error.message += `. ${error.description}`;
	error.description = undefined;
	return error;
}
