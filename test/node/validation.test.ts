import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { engineHas } from '../support/features';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox();

interface Refused {
	parameters: IDataObject & { options?: IDataObject };
	/** Words that the message must hold: field, value, what is allowed. */
	says: (string | RegExp)[];
}

const cases: Record<string, Refused> = {
	'an empty prompt': {
		parameters: { prompt: '={{ "" }}' },
		says: ['"Prompt" is empty', 'text of 1 to 1500 characters'],
	},
	'a blank prompt': {
		parameters: { prompt: ' \n\t ' },
		says: ['"Prompt" is empty', 'text of 1 to 1500 characters'],
	},
	'a prompt from a field that does not exist': {
		parameters: { prompt: '={{ $json.missing }}' },
		says: ['"Prompt" is empty', 'text of 1 to 1500 characters'],
	},
	'a number as prompt': {
		parameters: { prompt: '={{ 42 }}' },
		says: ['"Prompt" must be text of 1 to 1500 characters', '42', 'number'],
	},
	'an object as prompt': {
		parameters: { prompt: '={{ ({ text: "a fox" }) }}' },
		says: ['"Prompt" must be text of 1 to 1500 characters', 'a fox', 'object'],
	},
	'a list as prompt': {
		parameters: { prompt: '={{ ["a fox"] }}' },
		says: ['"Prompt" must be text of 1 to 1500 characters', 'a fox', 'list'],
	},
	'a prompt of 1501 emoji': {
		parameters: { prompt: '🦊'.repeat(1501) },
		says: ['"Prompt" has 1501 characters', 'text of 1 to 1500 characters'],
	},
	'a prompt of 100,000 characters': {
		parameters: { prompt: 'x'.repeat(100_000) },
		says: ['"Prompt" has over 3000 characters', 'text of 1 to 1500 characters'],
	},
	'an absurd ratio': {
		parameters: { aspectRatio: '={{ "1".repeat(60000) }}' },
		says: ['"Aspect Ratio" is "111', '…", but must be one of: 1:1'],
	},
	'an absurd number': {
		parameters: { numberOfImages: '={{ " ".repeat(60000) + "x" }}' },
		says: ['"Number of Images" is "   ', '…", but must be a whole number from 1 to 9'],
	},
	'an absurd model': {
		parameters: { model: '={{ "m".repeat(201) }}' },
		says: ['"Model" has 201 characters', '1 to 200'],
	},
	'a file name of 1,001 characters': {
		parameters: { options: { fileName: '.'.repeat(1001) } },
		says: ['"File Name" has 1001 characters', 'text of 1 to 1000 characters'],
	},
	'an absurd field for the output': {
		parameters: { options: { binaryPropertyOutput: 'x'.repeat(201) } },
		says: ['"Put Output in Field" has 201 characters', '1 to 200'],
	},
	'a text of 60,000 blanks around a link': {
		parameters: {
			operation: 'imageToImage',
			inputType: 'url',
			imageUrls: '={{ "https://x.example/a.jpg" + " ".repeat(60000) + "x" }}',
		},
		says: ['"Image URL(s)" holds more than 50,000 characters'],
	},
	'the description of a stored file as text': {
		parameters: {
			operation: 'imageToImage',
			inputType: 'url',
			imageUrls: '={{ JSON.stringify({ mimeType: "image/png", id: "filesystem-v2:a/b/c" }) }}',
		},
		says: ['"Image URL(s)" is text that describes a file of n8n'],
	},
	'an unknown ratio': {
		parameters: { aspectRatio: '5:4' },
		says: ['"Aspect Ratio" is "5:4"', '16:9', 'custom'],
	},
	'an unknown operation': {
		parameters: { operation: 'upscale' },
		says: ['"Operation" is "upscale"', 'textToImage, imageToImage'],
	},
	'a ratio that the model does not take': {
		parameters: { model: 'image-01-live', aspectRatio: '21:9' },
		says: ['"Aspect Ratio" "21:9" is not available for the model Image-01 Live'],
	},
	'a custom size that the model does not take': {
		parameters: { model: 'image-01-live', aspectRatio: 'custom', width: 1024, height: 1024 },
		says: ['"Aspect Ratio" "Custom" is not available for the model Image-01 Live'],
	},
	'a width below the range': {
		parameters: { aspectRatio: 'custom', width: 504, height: 1024 },
		says: ['"Width" is 504', 'from 512 to 2048 pixels', 'divisible by 8'],
	},
	'a height above the range': {
		parameters: { aspectRatio: 'custom', width: 1024, height: 2056 },
		says: ['"Height" is 2056', 'from 512 to 2048 pixels'],
	},
	'a width that is not divisible by 8': {
		parameters: { aspectRatio: 'custom', width: 1020, height: 1024 },
		says: ['"Width" is 1020', 'divisible by 8'],
	},
	'a width with a fraction': {
		parameters: { aspectRatio: 'custom', width: 1024.5, height: 1024 },
		says: ['"Width" is 1024.5', 'whole number'],
	},
	'no images': {
		parameters: { numberOfImages: 0 },
		says: ['"Number of Images" is 0', 'from 1 to 9'],
	},
	'ten images': {
		parameters: { numberOfImages: 10 },
		says: ['"Number of Images" is 10', 'from 1 to 9'],
	},
	'half an image': {
		parameters: { numberOfImages: 1.5 },
		says: ['"Number of Images" is 1.5', 'whole number'],
	},
	'a word as image count': {
		parameters: { numberOfImages: '={{ "three" }}' },
		says: ['"Number of Images" is "three"', 'from 1 to 9'],
	},
	'a list as image count': {
		parameters: { numberOfImages: '={{ [3] }}' },
		says: ['"Number of Images" is', '[3]', 'from 1 to 9'],
	},
	'a seed with a fraction': {
		parameters: { options: { seed: 0.5 } },
		says: ['"Seed" is 0.5', 'whole number'],
	},
	'a seed beyond the safe range': {
		parameters: { options: { seed: '={{ "9007199254740993" }}' } },
		says: ['"Seed" is "9007199254740993"', '9007199254740991'],
	},
	'a word as seed': {
		parameters: { options: { seed: '={{ "random" }}' } },
		says: ['"Seed" is "random"', 'whole number'],
	},
	'a style on a model without styles, by expression': {
		parameters: { model: '={{ "image-01" }}', options: { style: '漫画' } },
		says: ['"Style" "漫画" is not available for the model Image-01'],
	},
	'an unknown style': {
		parameters: { model: 'image-01-live', options: { style: 'cubism' } },
		says: ['"Style" is "cubism"', 'Comic, Lively, Medieval, Watercolor'],
	},
	'a weight without a style': {
		parameters: { model: 'image-01-live', options: { styleWeight: 0.5 } },
		says: ['"Style" is empty', 'Comic'],
	},
	'a weight of zero': {
		parameters: { model: 'image-01-live', options: { style: '漫画', styleWeight: 0 } },
		says: ['"Style Weight" is 0', 'above 0 and up to 1'],
	},
	'a weight above one': {
		parameters: { model: 'image-01-live', options: { style: '漫画', styleWeight: 1.2 } },
		says: ['"Style Weight" is 1.2', 'above 0 and up to 1'],
	},
	'a word as boolean': {
		parameters: { options: { promptOptimizer: '={{ "maybe" }}' } },
		says: ['"Prompt Optimizer" is "maybe"', 'true or false'],
	},
	'an unknown way of transfer': {
		parameters: { options: { transfer: 'ftp' } },
		says: ['"Transfer" is "ftp"', 'url, base64'],
	},
	'unknown output items': {
		parameters: { options: { outputItems: 'all' } },
		says: ['"Output Items" is "all"', 'perImage, perRequest'],
	},
	'an output field that n8n reserves': {
		parameters: { options: { binaryPropertyOutput: '__proto__' } },
		says: ['"Put Output in Field" is "__proto__"', 'reserves'],
	},
	'a list as file name': {
		parameters: { options: { fileName: '={{ ["a"] }}' } },
		says: ['"File Name" must be text'],
	},
	'a timeout of zero': {
		parameters: { options: { timeout: 0 } },
		says: ['"Timeout" is 0', 'from 1 to 3600 seconds'],
	},
	'negative retries': {
		parameters: { options: { maxRetries: -1 } },
		says: ['"Max Retries" is -1', 'from 0 to 10'],
	},
	'no requests at a time': {
		parameters: { options: { maxConcurrency: 0 } },
		says: ['"Max Concurrency" is 0', 'from 1 to 50'],
	},
	'negative requests per minute': {
		parameters: { options: { requestsPerMinute: -5 } },
		says: ['"Requests per Minute" is -5', 'from 0 to'],
	},
	'a number as image URL': {
		parameters: { operation: 'imageToImage', inputType: 'url', imageUrls: '={{ 7 }}' },
		says: ['"Image URL(s)" must be text', '7'],
	},
	'no image URL': {
		parameters: { operation: 'imageToImage', inputType: 'url', imageUrls: '={{ "" }}' },
		says: ['"Image URL(s)" is empty'],
	},
	'a list of nothing but commas': {
		parameters: { operation: 'imageToImage', inputType: 'url', imageUrls: ' , , ' },
		says: ['"Image URL(s)" is', 'must hold at least one link'],
	},
	'a URL that is no web link': {
		parameters: {
			operation: 'imageToImage',
			inputType: 'url',
			imageUrls: 'https://example.com/a.jpg, ftp://example.com/b.jpg',
		},
		says: [
			'"Image URL(s)" holds "ftp://example.com/b.jpg"',
			'neither a web link nor an image data URL',
		],
	},
	'a file path as URL': {
		parameters: { operation: 'imageToImage', inputType: 'url', imageUrls: '/home/me/face.jpg' },
		says: ['"Image URL(s)" holds "/home/me/face.jpg"', 'neither a web link'],
	},
	'a data URL of text': {
		parameters: {
			operation: 'imageToImage',
			inputType: 'url',
			imageUrls: 'data:text/plain;base64,SGVsbG8sIHdvcmxkIQ==',
		},
		says: ['"Image URL(s)" is text', 'must be JPEG or PNG'],
	},
	'a data URL with damaged base64': {
		parameters: {
			operation: 'imageToImage',
			inputType: 'url',
			imageUrls: 'data:image/jpeg;base64,/9j/###',
		},
		says: ['Image URL(s)', 'base64 text is damaged'],
	},
	'an unknown input type': {
		parameters: { operation: 'imageToImage', inputType: 'ftp' },
		says: ['"Input Type" is "ftp"', 'binary, url'],
	},
	'a reference field that the item does not have': {
		parameters: { operation: 'imageToImage', binaryPropertyName: 'photo' },
		says: ['"Input Data Field Name(s)" is "photo"', 'no file in a field of that name'],
	},
	'no reference field': {
		parameters: { operation: 'imageToImage', binaryPropertyName: ' , ' },
		says: ['"Input Data Field Name(s)" is', 'must hold at least one field name'],
	},
};

test.each(Object.entries(cases))(
	'%s is refused before anything is sent',
	async (_name, refused) => {
		const { error, items } = await node.run({ parameters: refused.parameters as INodeParameters });

		for (const words of refused.says) expect(error?.message).toContain(words);
		expect(error?.name).toBe('NodeOperationError');
		expect(error?.message).toContain('[item 0]');
		expect(error?.context.itemIndex).toBe(0);
		expect(items).toEqual([]);
		expect(node.sandbox.requests).toHaveLength(0);
	},
);

test('a bad item stops the batch before the good items before it are charged', async () => {
	const { error } = await node.run({
		items: [{ json: { p: 'good' } }, { json: { p: 'good too' } }, { json: { p: '' } }],
		parameters: { prompt: '={{ $json.p }}' },
	});

	expect(error?.message).toBe(
		'"Prompt" is empty, but must be text of 1 to 1500 characters [item 2]',
	);
	expect(node.sandbox.requests).toHaveLength(0);
});

test('the longest prompt passes, an emoji counting as one', async () => {
	const { error } = await node.run({ parameters: { prompt: '🦊'.repeat(1500) } });

	expect(error).toBeUndefined();
	expect(node.sandbox.paidImages).toBe(1);
});

test('"Max Concurrency" is checked item by item, and a bad one fails its item alone', async () => {
	const { items } = await node.run({
		node: { onError: 'continueRegularOutput' },
		items: ['abc', 2, 3].map((c) => ({ json: { c } })),
		parameters: { options: { maxConcurrency: '={{ $json.c }}' } },
	});

	expect(items.map(({ json }) => json.error ?? json.imageIndex)).toEqual([
		'"Max Concurrency" is "abc", but must be a whole number from 1 to 50',
		1,
		1,
	]);
});

test('an expression that fails names the item', async () => {
	const { error } = await node.run({ parameters: { prompt: "={{ $('Nowhere').item.json.x }}" } });

	expect(error?.message).toMatch(/ \[item 0\]$/);
});

test('a field whose name holds the name of a system error keeps our words', async () => {
	const { error } = await node.run({
		parameters: { operation: 'imageToImage', binaryPropertyName: 'imageAccess' },
	});

	expect(error?.message).toContain('"Input Data Field Name(s)" is "imageAccess"');
});

test('n8n itself refuses a required field that is left empty in the editor', () => {
	expect(() => node.start({ parameters: { prompt: '' } })).toThrow(
		engineHas('namedIssues') ? 'Parameter "Prompt" is required' : 'The workflow has issues',
	);
});

test('fields that do not apply are dropped by n8n, so switching the model breaks nothing', async () => {
	const { error } = await node.run({
		parameters: { model: 'image-01', options: { style: '漫画', styleWeight: 0.5 } },
	});

	expect(error).toBeUndefined();
	expect(node.sandbox.requests[0]?.body).not.toHaveProperty('style');
});
