import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { NodeError } from './errors';

/**
 * The item that stands for an error when the workflow continues.
 *
 * The engine reads `error` to route the item to the error output, and then replaces the `json` of every item that
 * still has an `error` by its message alone (n8n-core, `normalizeNodeErrors`). That would lose the link of an image
 * that is paid for, so `json` keeps its fields when it is replaced, and `error` is not enumerable, so that the copy
 * on the error output keeps the fields of the input item beside them.
 */
export function toErrorItem(error: NodeError, itemIndex: number): INodeExecutionData {
	const { code, traceId, imageUrl } = error.context;
	const details: IDataObject = {
		error: error.message,
		...(error.description && { description: error.description }),
		...(typeof code === 'string' && { code }),
		...(typeof traceId === 'string' && { traceId }),
		...(typeof imageUrl === 'string' && { imageUrl }),
	};
	const item = {
		get json() {
			return details;
		},
		set json(replacement: IDataObject) {
			Object.assign(details, replacement);
		},
		pairedItem: { item: itemIndex },
	};
	return Object.defineProperty(item, 'error', { value: error, enumerable: false });
}
