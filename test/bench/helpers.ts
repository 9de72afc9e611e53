import type { IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';

import type { LoadedTypes } from '../support/engine';

export const HELPERS_TYPE = 'bench.helpers';

interface Answer {
	data: { image_urls: string[] };
}

async function fetchImage({ helpers }: IExecuteFunctions, url: string, name: string) {
	const stream = (await helpers.httpRequest({
		method: 'GET',
		url,
		encoding: 'stream',
	})) as AsyncIterable<Buffer>;
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(chunk);
	return await helpers.prepareBinaryData(Buffer.concat(chunks), name, 'image/jpeg');
}

/** A node that does nothing but call n8n's helpers: the least work there is inside of n8n. */
class Helpers implements INodeType {
	description: INodeType['description'] = {
		displayName: 'Helpers',
		name: 'helpers',
		group: ['transform'],
		version: 1,
		description: "Calls n8n's helpers",
		defaults: { name: 'Helpers' },
		inputs: ['main'],
		outputs: ['main'],
		credentials: [{ name: 'miniMaxImageApi', required: true }],
		properties: [
			{ displayName: 'Prompt', name: 'prompt', type: 'string', default: '' },
			{ displayName: 'Images', name: 'images', type: 'number', default: 1 },
			{ displayName: 'In Flight', name: 'inFlight', type: 'number', default: 1 },
			{ displayName: 'URL', name: 'url', type: 'string', default: '' },
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const waiting = this.getInputData().keys();
		const done: INodeExecutionData[] = [];
		const work = async () => {
			for (const item of waiting) {
				const { data } = (await this.helpers.httpRequestWithAuthentication.call(
					this,
					'miniMaxImageApi',
					{
						method: 'POST',
						url: this.getNodeParameter('url', item) as string,
						body: {
							model: 'image-01',
							prompt: this.getNodeParameter('prompt', item),
							n: this.getNodeParameter('images', item),
						},
					},
				)) as Answer;
				for (const [index, url] of data.image_urls.entries()) {
					const file = await fetchImage(this, url, `image-${item}-${index}.jpg`);
					done.push({ json: {}, binary: { data: file }, pairedItem: { item } });
				}
			}
		};
		const inFlight = this.getNodeParameter('inFlight', 0) as number;
		await Promise.all(Array.from({ length: inFlight }, work));
		return [done];
	}
}

/** That node, beside the credential of this package. */
export const withHelpers = (types: LoadedTypes): LoadedTypes => ({
	...types,
	nodes: { ...types.nodes, [HELPERS_TYPE]: new Helpers() },
});
