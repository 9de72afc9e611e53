import { randomInt } from 'node:crypto';
import { thumbnailOf } from './draw';
import type { Inset, Picture } from './draw';
import type { Reference } from './references';
import type { SandboxState } from './state';
import type { GenerationAnswer, GenerationRequest, RecordedRequest } from './types';
import { RATIO_SIZES } from './validate';
import type { Acceptance } from './validate';

const MAX_SEED = 2 ** 47;
const STYLE_NAMES = new Map([
	['漫画', 'comic'],
	['元气', 'vivid'],
	['中世纪', 'medieval'],
	['水彩', 'watercolour'],
]);

async function insetOf({ url, bytes }: Reference): Promise<Inset> {
	if (!bytes) return { text: url ?? '' };
	const thumbnail = await thumbnailOf(bytes);
	return thumbnail ? { thumbnail, text: 'a picture' } : { text: 'an unreadable picture' };
}

function sizeOf(request: GenerationRequest): readonly [number, number] {
	if (request.width !== undefined && request.height !== undefined) {
		return [request.width, request.height];
	}
	return RATIO_SIZES[request.aspect_ratio ?? '1:1'] ?? [1024, 1024];
}

async function picturesOf(acceptance: Acceptance, count: number): Promise<Picture[]> {
	const { request, references } = acceptance;
	const [width, height] = sizeOf(request);
	const { style_type: type = '', style_weight: weight = 0.8 } = request.style ?? {};
	const insets = await Promise.all(references.map(insetOf));
	return Array.from({ length: count }, (_, index) => ({
		prompt: request.prompt,
		model: request.model,
		width,
		height,
		number: index + 1,
		// A seed may be the largest safe integer, so the sum may not be one.
		variation: String(BigInt(request.seed ?? randomInt(MAX_SEED)) + BigInt(index)),
		seed: request.seed,
		style: request.style && `${STYLE_NAMES.get(type) ?? type} ${weight}`,
		watermark: request.aigc_watermark ?? false,
		insets,
	}));
}

/** How many images of a request the content filter holds back: a prompt asks for it by `BLOCK_<k>`. */
function blockedImages(prompt: string, count: number): number {
	return Math.min(Number(/BLOCK_(\d+)/.exec(prompt)?.[1] ?? 0), count);
}

/**
 * Makes the images of a request and charges them. The shape of the answer takes turns, as the real
 * one's does: counts are strings in every second one, and the array not asked for is absent or null.
 */
export async function makeAnswer(
	state: SandboxState,
	acceptance: Acceptance,
	record: RecordedRequest,
	id: string,
): Promise<GenerationAnswer> {
	const { prompt, n: wanted = 1, response_format: format } = acceptance.request;
	const blocked = blockedImages(prompt, wanted);
	const made = wanted - blocked;
	const pictures = await picturesOf(acceptance, made);
	const withNull = Math.floor(record.number / 2) % 2 === 1;
	const data: GenerationAnswer['data'] = {};
	if (format === 'base64') {
		if (withNull) data.image_urls = null;
		const jpegs = await Promise.all(pictures.map((picture) => state.renderer.render(picture)));
		data.image_base64 = jpegs.map((jpeg) => jpeg.toString('base64'));
	} else {
		data.image_urls = pictures.map((one) => state.links.add(one, record.number, state.imageUrl));
		if (withNull) data.image_base64 = null;
	}
	record.paidImages = made;
	const count = (images: number) => (record.number % 2 === 0 ? String(images) : images);
	return {
		id,
		data,
		metadata: { success_count: count(made), failed_count: count(blocked) },
		base_resp: { status_code: 0, status_msg: 'success' },
	};
}
