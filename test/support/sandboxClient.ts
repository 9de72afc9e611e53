import { createHash } from 'node:crypto';

import sharp from 'sharp';
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';

import { startSandbox } from '../sandbox';
import type { Sandbox } from '../sandbox';

/** The least that a request for an image needs. */
export const PLAIN_REQUEST = { model: 'image-01', prompt: 'A fox' };

interface Answer {
	id?: string;
	data?: { image_urls?: string[] | null; image_base64?: string[] | null };
	metadata?: { success_count: number | string; failed_count: number | string };
	base_resp?: { status_code: number; status_msg: string };
}

type Headers = Record<string, string>;

interface Reply {
	status: number;
	headers: Dispatcher.ResponseData['headers'];
	text: string;
	/** Empty when the text is no JSON object. */
	json: Answer;
}

/** Speaks to the sandbox over HTTP, as the node does. */
export class SandboxClient {
	/** Its connections. */
	readonly agent = new Agent();
	private running: Sandbox | undefined;

	/** The sandbox of this file. */
	get sandbox(): Sandbox {
		if (!this.running) throw new Error('The sandbox runs only while tests do');
		return this.running;
	}

	/** Starts the sandbox. */
	async open(): Promise<void> {
		this.running = await startSandbox();
	}

	/** Ends the connections, then the sandbox. */
	async close(): Promise<void> {
		await this.agent.close();
		await this.sandbox.close();
	}

	/** Asks for images. A body that is text is sent as it is. */
	async post(body: unknown, headers: Headers = {}): Promise<Reply> {
		return await this.postTo(this.sandbox, body, headers);
	}

	/** Asks another sandbox for images. */
	async postTo({ url, key }: Sandbox, body: unknown, headers: Headers = {}): Promise<Reply> {
		const response = await request(`${url}/v1/image_generation`, {
			method: 'POST',
			dispatcher: this.agent,
			headers: {
				authorization: `Bearer ${key}`,
				'content-type': 'application/json',
				...headers,
			},
			body: typeof body === 'string' ? body : JSON.stringify(body),
		});
		const text = await response.body.text();
		const isJson = String(response.headers['content-type']).includes('json');
		return {
			status: response.statusCode,
			headers: response.headers,
			text,
			json: isJson && text.startsWith('{') ? (JSON.parse(text) as Answer) : {},
		};
	}

	/** The code and message that answer the plain request with these fields. */
	async verdict(fields: object): Promise<string> {
		const { status, json } = await this.post({ ...PLAIN_REQUEST, ...fields });
		expect(status).toBe(200);
		return `${json.base_resp?.status_code} ${json.base_resp?.status_msg}`;
	}

	/** Fetches whatever is at an address. */
	async get(url: string, headers: Headers = {}) {
		const response = await request(url, { dispatcher: this.agent, headers });
		const bytes = Buffer.from(await response.body.arrayBuffer());
		return { status: response.statusCode, headers: response.headers, bytes };
	}

	/** The links that answer the plain request with these fields. */
	async linksOf(fields: object = {}, from = this.sandbox): Promise<string[]> {
		const { json } = await this.postTo(from, { ...PLAIN_REQUEST, ...fields });
		return json.data?.image_urls ?? [];
	}

	/** The first of these links. */
	async linkOf(fields: object = {}): Promise<string> {
		const [link = 'none'] = await this.linksOf(fields);
		return link;
	}

	/** The images that answer the plain request with these fields. */
	async jpegsOf(fields: object): Promise<Buffer[]> {
		const { json } = await this.post({ ...PLAIN_REQUEST, response_format: 'base64', ...fields });
		return (json.data?.image_base64 ?? []).map((image) => Buffer.from(image, 'base64'));
	}
}

/** Gives the tests of a file one sandbox, emptied before each of them, and a client that speaks to it. */
export function describeSandboxClient(): SandboxClient {
	const client = new SandboxClient();
	beforeAll(async () => await client.open());
	beforeEach(() => client.sandbox.reset());
	afterAll(async () => await client.close());
	return client;
}

/** What tells images apart. */
export function digests(jpegs: Buffer[]): string[] {
	return jpegs.map((jpeg) => createHash('sha256').update(jpeg).digest('hex'));
}

/** A data URL with an image in one colour. */
export async function reference(type: 'jpeg' | 'png', side = 64): Promise<string> {
	const background = '#3366cc';
	const image = sharp({ create: { width: side, height: side, channels: 3, background } });
	return `data:image/${type};base64,${(await image.toFormat(type).toBuffer()).toString('base64')}`;
}

/** The field of a request that holds a reference. */
export function subject(file: unknown) {
	return { subject_reference: [{ type: 'character', image_file: file }] };
}
