import type { IExecuteFunctions, INode, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { regionName } from '../../credentials/regions';
import { InvalidInput } from './checks';
import { HTTP_STATUS_CODE, entryOf } from './failures';
import type { Failure } from './types';

export type NodeError = NodeApiError | NodeOperationError;

/** What an error tells beyond its code. */
export interface ErrorDetails {
	itemIndex: number;
	/** The credential's region, its value. */
	region: unknown;
	/** Never to appear in any message. */
	apiKey: string;
	timeoutMs: number;
	limitMb?: number;
	/** What the error is about, where that is not the whole request: "Image 2 of 3". */
	subject?: string;
	/** Link of the image that could not be fetched: it is paid for. */
	imageUrl?: string;
}

/** A text without the key, should a service repeat it in its answer. */
function withoutKey(text: string, apiKey: string): string {
	return apiKey === '' ? text : text.replaceAll(apiKey, '[API key]');
}

function describe(cure: string, { code, detail, traceId }: Failure, imageUrl?: string): string {
	const facts = [
		detail && `Details: ${detail}`,
		`Code: ${code}`,
		traceId && `Trace ID: ${traceId}`,
	];
	return [
		cure,
		`(${facts.filter(Boolean).join('. ')})`,
		imageUrl && `The image is paid for. Its link works for 24 hours: ${imageUrl}`,
	]
		.filter(Boolean)
		.join(' ');
}

/**
 * The error that a user sees: what happened as message, what to do as description, with code, trace id and item
 * index in its context. Holds nothing of the request, so no key.
 */
export function toNodeApiError(node: INode, failure: Failure, details: ErrorDetails): NodeApiError {
	const { message, cure } = entryOf(failure.code);
	const fill = (text: string) =>
		text
			.replace('{region}', regionName(details.region))
			.replace('{timeout}', String(details.timeoutMs / 1000))
			.replace('{limit}', String(details.limitMb ?? ''));
	const { code } = failure;
	const traceId = failure.traceId && withoutKey(failure.traceId, details.apiKey);
	const detail = failure.detail && withoutKey(failure.detail, details.apiKey);
	const facts: JsonObject = { code, ...(traceId && { traceId }), ...(detail && { detail }) };
	const error = new NodeApiError(node, facts, {
		message: `${details.subject ? `${details.subject}: ` : ''}${fill(message)}`,
		description: describe(fill(cure), { code, traceId, detail }, details.imageUrl),
		httpCode: HTTP_STATUS_CODE.exec(code)?.[1] ?? code,
		itemIndex: details.itemIndex,
	});
	Object.assign(error.context, facts, details.imageUrl && { imageUrl: details.imageUrl });
	return error;
}

/** An error of any kind as one that n8n shows with its item. */
export function toNodeError(node: INode, error: unknown, itemIndex: number): NodeError {
	if (error instanceof NodeApiError) return error;
	// A NodeOperationError comes back as it is.
	return new NodeOperationError(node, error as Error, { itemIndex });
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

/** Images that a run has paid for. */
export interface PaidImages {
	links: readonly string[];
	/** Images without a link, since they came inside the answer. */
	inline: number;
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
				`${images} of this run were paid for and cannot be handed over. Set On Error to use the error output, which keeps them.`,
		]
			.filter(Boolean)
			.join(' ') || undefined;
	if (others.length > 0) error.context.paidLinks = others;
	return error;
}

/** Runs a check of one item and turns what it refuses into an error that names the item. */
export async function refusing<T>(
	context: IExecuteFunctions,
	itemIndex: number,
	check: () => T | Promise<T>,
): Promise<T> {
	try {
		return await check();
	} catch (error) {
		if (error instanceof InvalidInput) {
			const refusal = new NodeOperationError(context.getNode(), error.message, {
				itemIndex,
				description: error.description,
			});
			// n8n swaps a message for its own where it meets the name of a system error inside: "imagEACCESs".
			refusal.message = error.message;
			throw refusal;
		}
		// An expression that fails, for example.
		throw new NodeOperationError(context.getNode(), error as Error, { itemIndex });
	}
}
