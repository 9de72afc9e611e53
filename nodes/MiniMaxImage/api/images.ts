import { cutText, withoutControls } from '../displayText';
import { Base64Text } from '../http/base64Text';
import { MAX_LINK_CHARACTERS, parseWebUrl } from '../http/parseUrl';
import { IMAGE_COUNT } from '../models';
import type { GeneratedImage } from './answer';
import type { Redact } from './words';

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

/** As much is kept of what is no link, to show it. */
const SHOWN_CHARACTERS = 200;

const badLink = (detail: string): GeneratedImage => ({ failure: { code: 'badLink', detail } });

const TOO_LONG = badLink('longer than 8 KB');

/** Other data than text may be an image, whatever its type says. */
const DATA_URL = /^data:(?!text\/)[^,]{0,200},/i;

/**
 * Base64 text, long enough for the smallest image and without anything that a link holds. The text of a JPEG begins
 * with a slash, as the path of a file does.
 */
const BASE64_START = /^(?!\/(?!9j\/))[A-Za-z0-9+/_-]{60}/;

const LINK = /^(https?:\/)?\/\S/i;

/** The images that a value holds, and whether a list gave them. */
interface Found {
	images: GeneratedImage[];
	isList: boolean;
}

const NONE: Found = { images: [], isList: false };

function toImages(value: string, content: Content): GeneratedImage[] {
	const start = value.slice(0, MAX_LINK_CHARACTERS).trimStart();
	if (start === '') return [];
	if (content === 'base64' || DATA_URL.test(start) || BASE64_START.test(start)) {
		return [{ base64: value.trim() }];
	}
	return content === 'links' || LINK.test(start) ? [{ url: value.trim() }] : [];
}

/** An image may be there twice, as text and as link: the first field that holds any is taken, but a list goes first. */
function imagesInFields(value: object, content: Content, depth: number): Found {
	let single = NONE;
	for (const [field, own] of FIELDS) {
		const inField: unknown = Reflect.get(value, field);
		const found = imagesIn(inField, content === 'base64' ? content : own, depth + 1);
		if (found.images.length === 0) continue;
		// A single link beside a list of images leads to a page about the request.
		if (found.isList) return found;
		if (single === NONE) single = found;
	}
	return single;
}

function imagesIn(value: unknown, content: Content, depth: number): Found {
	if (depth > MAX_DEPTH) return NONE;
	if (value instanceof Base64Text) return { images: [{ base64: value }], isList: false };
	if (typeof value === 'string') return { images: toImages(value, content), isList: false };
	if (Array.isArray(value)) {
		const images = value.flatMap((entry) => imagesIn(entry, content, depth + 1).images);
		return { images, isList: true };
	}
	return typeof value === 'object' && value !== null ? imagesInFields(value, content, depth) : NONE;
}

const besideData = (root: Record<string, unknown>) =>
	Object.fromEntries(
		Object.entries(root).filter(([field]) => !OF_OTHERS_AT_THE_TOP.includes(field)),
	);

/**
 * A link as it is fetched and handed on: with a host, since a gateway that keeps the files itself may give a path on
 * its own, and without a piece of the key. What no file can be fetched from is no link.
 */
export function toLink(text: string, baseUrl: string, redact: Redact): GeneratedImage {
	if (text.length > MAX_LINK_CHARACTERS) return TOO_LONG;
	// What addresses are read without must not stand between the characters of a key.
	const given = redact(withoutControls(text));
	const url = given.startsWith('/') ? parseWebUrl(given, baseUrl) : parseWebUrl(given);
	if (!url) {
		return badLink(`neither http nor https: ${cutText(given, SHOWN_CHARACTERS)}`);
	}
	if (url.href.length > MAX_LINK_CHARACTERS) return TOO_LONG;
	const isPlain = /^https?:\/\/[^/\\]/i.test(given) && !/[^\x21-\x7e]|["<>`{}\\]/.test(given);
	const link = isPlain ? given : url.href;
	return redact(link) === link ? { url: link } : badLink('it holds the API key');
}

/**
 * The images of an answer, as many as a request can ask for, and how many came beyond them. Inline ones come first, since they need no second request. What is paid for is delivered
 * whatever the shape, so that lists of objects and single values are read too, in `data` or, without it, beside it.
 *
 * @param baseUrl of the API, for links without a host
 * @param redact takes the key out of a text
 */
export function readImages(
	root: Record<string, unknown>,
	baseUrl: string,
	redact: Redact,
): { images: GeneratedImage[]; surplus: number } {
	const inData = imagesIn(root.data, 'anything', 0).images;
	const found = inData.length > 0 ? inData : imagesIn(besideData(root), 'anything', 0).images;
	const images = found.slice(0, IMAGE_COUNT.max);
	return {
		images: images.map((image) => ('url' in image ? toLink(image.url, baseUrl, redact) : image)),
		surplus: found.length - images.length,
	};
}
