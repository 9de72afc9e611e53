import { draw, pictureKey } from './draw';
import type { Picture } from './draw';
import { padJpeg, withComment } from './jpeg';
import type { SandboxSettings } from './types';

const CACHED_PICTURES = 64;

/** Draws pictures as the settings ask, and keeps the last ones. */
export class Renderer {
	private readonly drawn = new Map<string, Promise<Buffer>>();

	constructor(private readonly settings: SandboxSettings) {}

	/** The JPEG of a picture. Throws a RangeError if it does not fit in `imageBytes`. */
	async render(picture: Picture): Promise<Buffer> {
		const { imageBytes, plain } = this.settings;
		const jpeg = plain ? await this.plain(picture) : await this.cached(picture);
		return imageBytes === undefined ? jpeg : padJpeg(jpeg, imageBytes);
	}

	/** One picture for each size, told apart by a comment only: next to no work. */
	private async plain(picture: Picture): Promise<Buffer> {
		const { width, height } = picture;
		const blank = { prompt: 'plain', model: 'any', number: 1, variation: '', insets: [] };
		const jpeg = await this.cached({ ...blank, width, height, watermark: false });
		return withComment(jpeg, pictureKey(picture));
	}

	private cached(picture: Picture): Promise<Buffer> {
		const key = pictureKey(picture);
		const known = this.drawn.get(key);
		const jpeg = known ?? draw(picture);
		// Put in again, a picture becomes the youngest: the map keeps the order of insertion.
		this.drawn.delete(key);
		this.drawn.set(key, jpeg);
		for (const oldest of this.drawn.keys()) {
			if (this.drawn.size <= CACHED_PICTURES) break;
			this.drawn.delete(oldest);
		}
		return jpeg;
	}
}
