import { Base64Text } from '../http/base64Text';
import type { GeneratedImage } from './answer';

/** Fields that hold images as base64 text: the API's own (API reference), and observed on gateways. */
const TEXT_FIELDS = ['image_base64', 'b64_json', 'base64', 'b64', 'image_data'];

/** Fields that hold links, and whatever else a gateway puts there. */
const LINK_FIELDS = [
	...['image_urls', 'image_url', 'images', 'image', 'imageUrls', 'imageUrl', 'urls', 'url'],
	...['data', 'result', 'results', 'output', 'outputs'],
];

/** Depth of `{data: [{image_url: {url}}]}`, and one to spare. */
const MAX_DEPTH = 6;

const DATA_URL = /^data:[^,]{0,200},/i;

/** Base64 text, long enough for the smallest image and without anything that a link holds. */
const BASE64_START = /^[A-Za-z0-9+/_-]{60}/;

function toImages(value: string, isText: boolean): GeneratedImage[] {
	const text = value.trim();
	if (text === '') return [];
	return isText || DATA_URL.test(text) || BASE64_START.test(text)
		? [{ base64: text }]
		: [{ url: text }];
}

function imagesIn(value: unknown, isText: boolean, depth: number): GeneratedImage[] {
	if (depth > MAX_DEPTH) return [];
	if (value instanceof Base64Text) return [{ base64: value }];
	if (typeof value === 'string') return toImages(value, isText);
	if (Array.isArray(value)) return value.flatMap((entry) => imagesIn(entry, isText, depth + 1));
	if (typeof value !== 'object' || value === null) return [];
	// An image may be there twice, as text and as link: the first field that holds any is taken.
	for (const field of [...TEXT_FIELDS, ...LINK_FIELDS]) {
		const inField: unknown = Reflect.get(value, field);
		const images = imagesIn(inField, isText || TEXT_FIELDS.includes(field), depth + 1);
		if (images.length > 0) return images;
	}
	return [];
}

/**
 * The images of an answer. Inline ones come first, since they need no second request. What is paid for is delivered
 * whatever the shape, so that lists of objects and single values are read too, in `data` or, without it, beside it.
 */
export function readImages(root: Record<string, unknown>): GeneratedImage[] {
	const images = imagesIn(root.data, false, 0);
	if (images.length > 0) return images;
	// At the top, these two may repeat the request.
	return imagesIn({ ...root, data: undefined, url: undefined, image: undefined }, false, 0);
}
