import { Base64Text } from '../http/base64Text';
import { parseWebUrl } from '../http/parseUrl';
import type { GeneratedImage } from './answer';

/** What the strings of a field are: base64 text, links, or whatever a gateway puts there. */
type Content = 'base64' | 'links' | 'anything';

/** Fields that hold images, the API's own (API reference) and those of gateways, in the order they are looked into. */
const FIELDS = new Map<string, Content>(
	(
		[
			['base64', ['image_base64', 'b64_json', 'base64', 'b64', 'image_data']],
			['links', ['image_urls', 'image_url', 'imageUrls', 'imageUrl', 'urls', 'url']],
			['links', ['file_url', 'output_url', 'download_url', 'link', 'src', 'uri']],
			['anything', ['images', 'image', 'data', 'result', 'results', 'output', 'outputs']],
		] as const
	).flatMap(([content, names]) => names.map((name) => [name, content])),
);

/** At the top, these may repeat the request, or lead to a page about it. */
const OF_OTHERS_AT_THE_TOP = ['data', 'image', 'url', 'link', 'src', 'uri'];

/** Depth of `{data: [{image_url: {url}}]}`, and one to spare. */
const MAX_DEPTH = 6;

const DATA_URL = /^data:[^,]{0,200},/i;

/** Base64 text, long enough for the smallest image and without anything that a link holds. */
const BASE64_START = /^[A-Za-z0-9+/_-]{60}/;

const LINK = /^(https?:\/)?\/\S/i;

function toImages(value: string, content: Content): GeneratedImage[] {
	const text = value.trim();
	if (text === '') return [];
	if (content === 'base64' || DATA_URL.test(text) || BASE64_START.test(text)) {
		return [{ base64: text }];
	}
	return content === 'links' || LINK.test(text) ? [{ url: text }] : [];
}

function imagesIn(value: unknown, content: Content, depth: number): GeneratedImage[] {
	if (depth > MAX_DEPTH) return [];
	if (value instanceof Base64Text) return [{ base64: value }];
	if (typeof value === 'string') return toImages(value, content);
	if (Array.isArray(value)) return value.flatMap((one) => imagesIn(one, content, depth + 1));
	if (typeof value !== 'object' || value === null) return [];
	// An image may be there twice, as text and as link: the first field that holds any is taken.
	for (const [field, own] of FIELDS) {
		const inField: unknown = Reflect.get(value, field);
		const images = imagesIn(inField, content === 'base64' ? content : own, depth + 1);
		if (images.length > 0) return images;
	}
	return [];
}

const besideData = (root: Record<string, unknown>) =>
	Object.fromEntries(
		Object.entries(root).filter(([field]) => !OF_OTHERS_AT_THE_TOP.includes(field)),
	);

/** A gateway that keeps the files itself may give a path on its host. */
function wholeLink(image: GeneratedImage, baseUrl: string): GeneratedImage {
	if (!('url' in image) || !image.url.startsWith('/')) return image;
	return { url: parseWebUrl(image.url, baseUrl)?.href ?? image.url };
}

/**
 * The images of an answer. Inline ones come first, since they need no second request. What is paid for is delivered
 * whatever the shape, so that lists of objects and single values are read too, in `data` or, without it, beside it.
 *
 * @param baseUrl of the API, for links without a host
 */
export function readImages(root: Record<string, unknown>, baseUrl: string): GeneratedImage[] {
	const images = imagesIn(root.data, 'anything', 0);
	const found = images.length > 0 ? images : imagesIn(besideData(root), 'anything', 0);
	return found.map((image) => wholeLink(image, baseUrl));
}
