import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Picture } from './draw';
import type { SandboxSettings } from './types';

const STORED_PICTURES = 20_000;

export type LinkVerdict = Picture | 'unknown' | 'bad signature' | 'expired';

/** Signed links, and what to draw when one is asked for: pictures themselves are not stored. */
export class LinkStore {
	private readonly secret = randomBytes(32);
	private readonly pictures = new Map<string, Picture>();
	private readonly dead = new Set<string>();

	constructor(private readonly settings: SandboxSettings) {}

	/** Stores a picture and gives its link. Every fourth is named `.png`, JPEG though it is. */
	add(picture: Picture, requestNumber: number, imageUrl: string): string {
		const extension = (requestNumber + picture.number) % 4 === 1 ? 'png' : 'jpeg';
		const path = `/image-inference-output/${randomBytes(16).toString('hex')}.${extension}`;
		this.pictures.set(path, picture);
		for (const oldest of this.pictures.keys()) {
			if (this.pictures.size <= STORED_PICTURES) break;
			this.pictures.delete(oldest);
		}
		const expires = String(Math.floor((Date.now() + this.settings.linkLifetimeMs) / 1000));
		const signature = encodeURIComponent(this.sign(path, expires));
		const origin = this.settings.linkHost?.replace(':port', `:${new URL(imageUrl).port}`);
		return `${origin ?? imageUrl}${path}?Expires=${expires}&Signature=${signature}`;
	}

	/** Ends the life of all links given out so far, as their last day does. */
	expire(): void {
		for (const path of this.pictures.keys()) this.dead.add(path);
	}

	/** Finds the picture of a link, or says why it is not shown. */
	find(url: URL): LinkVerdict {
		const picture = this.pictures.get(url.pathname);
		if (!picture) return 'unknown';
		const expires = url.searchParams.get('Expires') ?? '';
		const given = Buffer.from(url.searchParams.get('Signature') ?? '');
		const expected = Buffer.from(this.sign(url.pathname, expires));
		if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
			return 'bad signature';
		}
		const lives = Date.now() < Number(expires) * 1000 && !this.dead.has(url.pathname);
		return lives ? picture : 'expired';
	}

	private sign(path: string, expires: string): string {
		return createHmac('sha256', this.secret).update(`GET\n${expires}\n${path}`).digest('base64');
	}
}
