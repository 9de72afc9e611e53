import { toWireRequest } from '../../../nodes/MiniMaxImage/api/request';
import type { WireRequest } from '../../../nodes/MiniMaxImage/api/request';
import type { ImageRequest } from '../../../nodes/MiniMaxImage/input/types';

const requestWith = (more: Partial<ImageRequest> = {}): ImageRequest => ({
	model: 'image-01',
	prompt: 'a red fox in snow',
	size: { aspectRatio: '16:9' },
	count: 2,
	transfer: 'url',
	...more,
});

const PLAIN: WireRequest = {
	model: 'image-01',
	prompt: 'a red fox in snow',
	aspect_ratio: '16:9',
	response_format: 'url',
	n: 2,
};

/** What the API gets: only what survives JSON. */
const sent = (request: ImageRequest, imageFiles: string[] = []): unknown =>
	JSON.parse(JSON.stringify(toWireRequest(request, imageFiles)));

test('a plain request holds what the API needs and nothing else', () => {
	expect(sent(requestWith())).toEqual(PLAIN);
});

test('a custom size takes the place of the ratio', () => {
	expect(sent(requestWith({ size: { width: 1024, height: 512 } }))).toEqual({
		...PLAIN,
		aspect_ratio: undefined,
		width: 1024,
		height: 512,
	});
});

test.each<[string, Partial<ImageRequest>, Partial<WireRequest>]>([
	['inline images', { transfer: 'base64' }, { response_format: 'base64' }],
	['a seed', { seed: 42 }, { seed: 42 }],
	['the seed 0', { seed: 0 }, { seed: 0 }],
	['the optimizer, on', { promptOptimizer: true }, { prompt_optimizer: true }],
	['the optimizer, off', { promptOptimizer: false }, { prompt_optimizer: false }],
	['a watermark', { aigcWatermark: true }, { aigc_watermark: true }],
	['no watermark', { aigcWatermark: false }, { aigc_watermark: false }],
	[
		'a style',
		{ model: 'image-01-live', style: { type: '水彩', weight: 0.3 } },
		{ model: 'image-01-live', style: { style_type: '水彩', style_weight: 0.3 } },
	],
	[
		'options that are not set',
		{ seed: undefined, promptOptimizer: undefined, aigcWatermark: undefined, style: undefined },
		{},
	],
])('%s', (_name, request, wire) => {
	expect(sent(requestWith(request))).toEqual({ ...PLAIN, ...wire });
});

test('references are sent in their order, each as a character', () => {
	expect(sent(requestWith(), ['https://example.com/a.jpg', 'data:image/png;base64,AA=='])).toEqual({
		...PLAIN,
		subject_reference: [
			{ type: 'character', image_file: 'https://example.com/a.jpg' },
			{ type: 'character', image_file: 'data:image/png;base64,AA==' },
		],
	});
});
