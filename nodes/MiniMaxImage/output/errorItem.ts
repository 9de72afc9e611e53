import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { readBoolean } from '../plainText';
import type { NodeError } from './errors';

/** What an error item keeps of its row. */
export interface FailedRow {
	binary?: INodeExecutionData['binary'];
	prompt?: string;
	/** The row's own columns, where the user wants them in the output. */
	columns?: IDataObject;
}

/** A parameter of an item as far as it can be read; what cannot be read is told by the error. */
function readable(context: IExecuteFunctions, name: string, itemIndex: number): unknown {
	try {
		return context.getNodeParameter(name, itemIndex, '');
	} catch {
		return undefined;
	}
}

/** The same, read from the input. The error output has all columns beside it, so no prompt is added there. */
export function failedRow(context: IExecuteFunctions, itemIndex: number): FailedRow {
	const { binary, json } = context.getInputData()[itemIndex] ?? {};
	if (context.getNode().onError === 'continueErrorOutput') return { binary };
	const prompt = readable(context, 'prompt', itemIndex);
	const wantsColumns = readBoolean(readable(context, 'options.includeInputFields', itemIndex));
	return {
		binary,
		...(typeof prompt === 'string' && prompt !== '' && { prompt }),
		...(wantsColumns && { columns: json }),
	};
}

/** All that is not the message has one field, so that it meets no column of the user's table. */
function toDetails({ description, context }: NodeError): IDataObject {
	const { code, traceId, imageUrl } = context;
	return {
		...(typeof code === 'string' && { code }),
		...(description && { description }),
		...(typeof traceId === 'string' && { traceId }),
		...(typeof imageUrl === 'string' && { imageUrl }),
	};
}

/**
 * The item that stands for an error when the workflow continues, with the files of its input item.
 *
 * The engine reads `error` to route the item to the error output, where it puts the columns of the input item beside
 * ours, and then replaces the `json` of every item that still has an `error` by its message alone (n8n-core,
 * `normalizeNodeErrors`). That would lose the link of an image that is paid for, so `json` keeps its fields when it is
 * replaced, and `error` is not enumerable, so that the copy on the error output keeps its columns.
 */
export function toErrorItem(
	error: NodeError,
	itemIndex: number,
	{ binary, prompt, columns }: FailedRow = {},
): INodeExecutionData {
	const details = toDetails(error);
	const fields: IDataObject = {
		...columns,
		error: error.message,
		...(Object.keys(details).length > 0 && { errorDetails: details }),
		...(prompt !== undefined && { prompt }),
	};
	const item = {
		get json() {
			return fields;
		},
		set json(replacement: IDataObject) {
			Object.assign(fields, replacement);
		},
		...(binary && { binary }),
		pairedItem: { item: itemIndex },
	};
	return Object.defineProperty(item, 'error', { value: error, enumerable: false });
}
