import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { ApiClient } from './api/client';
import { Submitter } from './api/submit';
import { Batch } from './batch';
import { properties } from './description';
import { builderHint, usableAsTool } from './description/forModels';
import { hints } from './description/hints';
import { plan } from './input/plan';
import { Journal } from './journal';
import { Deliverer } from './output/deliver';
import { withProgress } from './output/progress';
import { report } from './output/report';

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
		description:
			'Text to image, and image to image of the person in a portrait: one prompt or a whole table. Returns files and links. Each image is charged.',
		defaults: { name: 'MiniMax Image' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool,
		builderHint,
		hints,
		credentials: [{ name: 'miniMaxImageApi', required: true }],
		properties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		// Engines before n8n 2 cannot stop in the middle of a node.
		const stopped = this.getExecutionCancelSignal?.() ?? new AbortController().signal;
		const total = this.getInputData().length;
		const batch = new Batch(stopped, !this.continueOnFail());
		const journal = new Journal(this);
		let waitedMs = 0;
		try {
			const client = await ApiClient.open(this);
			const plans = await plan(this, batch, { isMiniMax: client.isMiniMax });
			const submitter = new Submitter(client, journal);
			const deliverer = new Deliverer(this, plans, {
				stopped,
				ownHost: client.host,
				redact: client.redact,
			});
			const running = batch.run(plans, {
				submit: async (one) => await submitter.submit(one, batch.waiting),
				deliver: async (one, answer) => await deliverer.deliver(one, answer),
			});
			await withProgress(this.logger, () => ({ done: batch.done, total }), running);
			waitedMs = client.waitedForLimit.totalMs;
		} catch (error) {
			// The credential cannot be used, for example.
			for (const itemIndex of this.getInputData().keys()) batch.fail(itemIndex, error);
		}
		return report(this, { batch, journal, waitedMs });
	}
}
