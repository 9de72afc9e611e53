import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';

import { Batch } from './batch';
import { properties } from './description';
import { addPaidImages, namingItem, tellingModel } from './errors';
import { hintsFor } from './hints';
import { toErrorItem } from './items';

/** MiniMax Image: images from a prompt, or from a prompt and reference images. */
export class MiniMaxImage implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'MiniMax Image',
		name: 'miniMaxImage',
		icon: {
			light: 'file:../../icons/minimaxImage.svg',
			dark: 'file:../../icons/minimaxImage.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ $parameter["operation"] === "imageToImage" ? "Image to Image" : "Text to Image" }}',
		description: 'Make images from a prompt, or from a prompt and a portrait, with MiniMax',
		defaults: { name: 'MiniMax Image' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'miniMaxImageApi', required: true }],
		properties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		// Engines before n8n 2 can neither stop in the middle of a node nor show hints.
		const stopped = this.getExecutionCancelSignal?.() ?? new AbortController().signal;
		const goesOn = this.continueOnFail();
		const batch = new Batch(this, stopped, !goesOn);
		const results = await batch.run();

		if (stopped.aborted) {
			// n8n tells a stopped execution from a failed one by the word "canceled", and drops what a node
			// returns then: the log is the one place left for links of images that are paid for.
			const error = new NodeOperationError(this.getNode(), 'The execution was canceled');
			addPaidImages(error, batch.paid);
			if (error.description) this.logger.warn(error.description);
			throw error;
		}
		const [firstError] = results.flatMap(({ errors }) => errors);
		if (firstError && !goesOn) {
			addPaidImages(firstError, batch.paid);
			// n8n adds "Tool" to the type of the twin that it makes for AI Agents.
			const isTool = this.getNode().type.endsWith('Tool');
			throw isTool ? tellingModel(firstError) : namingItem(firstError);
		}

		this.addExecutionHints?.(...hintsFor(results));
		return [
			results.flatMap(({ items, errors }, index) => [
				...items,
				...errors.map((error) => toErrorItem(error, index)),
			]),
		];
	}
}
