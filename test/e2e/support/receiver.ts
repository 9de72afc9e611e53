import type { AddressInfo } from 'node:net';

import fastify from 'fastify';
import type { IDataObject } from 'n8n-workflow';

import { HOST } from '../host/ports';

const BODY_LIMIT_BYTES = 64 * 1024 * 1024;

/** A file as it arrived in a multipart upload. */
export interface ReceivedFile {
	/** Name of its part. */
	field: string;
	fileName: string;
	mimeType: string;
	bytes: Buffer;
}

/** One multipart upload. */
export interface Upload {
	/** The parts that are text. */
	fields: Record<string, string>;
	files: ReceivedFile[];
}

/** Stands at the far end of a workflow, in place of a sheet, a drive or a chat; Telegram's own node can write to it too. */
export interface Receiver {
	readonly url: string;
	/** What `GET /rows` answers. */
	rows: IDataObject[];
	/** What was sent to `POST /messages`, or by Telegram's "Send Message". */
	readonly messages: IDataObject[];
	/** What was sent to `POST /files`, or by Telegram's "Send Photo". */
	readonly uploads: Upload[];
	/** HTTP status of the next answer to an upload. */
	failNextUpload: number | undefined;
	/** Forgets everything. */
	reset(): void;
	close(): Promise<void>;
}

async function readUpload(body: Buffer, contentType: string): Promise<Upload> {
	const form = await new Response(body, { headers: { 'content-type': contentType } }).formData();
	const upload: Upload = { fields: {}, files: [] };
	for (const [field, part] of form) {
		if (typeof part === 'string') upload.fields[field] = part;
		else {
			const bytes = Buffer.from(await part.arrayBuffer());
			upload.files.push({ field, fileName: part.name, mimeType: part.type, bytes });
		}
	}
	return upload;
}

/** Starts a receiver. */
export async function startReceiver(): Promise<Receiver> {
	const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true });
	app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, (_request, body, done) =>
		done(null, body),
	);
	const receiver: Receiver = {
		url: '',
		rows: [],
		messages: [],
		uploads: [],
		failNextUpload: undefined,
		reset() {
			receiver.rows = [];
			receiver.messages.length = 0;
			receiver.uploads.length = 0;
			receiver.failNextUpload = undefined;
		},
		close: async () => await app.close(),
	};
	app.get('/rows', () => receiver.rows);
	app.post('/messages', ({ body }) => {
		receiver.messages.push(body as IDataObject);
		return { message_timestamp: `message-${receiver.messages.length}` };
	});
	app.post('/files', async ({ body, headers }, reply) => {
		const upload = await readUpload(body as Buffer, headers['content-type'] ?? '');
		const status = receiver.failNextUpload;
		receiver.failNextUpload = undefined;
		if (status !== undefined) return await reply.status(status).send({ message: 'No room left' });
		receiver.uploads.push(upload);
		return { webViewLink: `${receiver.url}/files/${receiver.uploads.length}` };
	});
	app.post('/:bot/sendMessage', ({ body }) => {
		receiver.messages.push(body as IDataObject);
		return { ok: true, result: {} };
	});
	app.post('/:bot/sendPhoto', async ({ body, headers }) => {
		receiver.uploads.push(await readUpload(body as Buffer, headers['content-type'] ?? ''));
		return { ok: true, result: {} };
	});
	await app.listen({ host: HOST, port: 0 });
	return Object.assign(receiver, {
		url: `http://${HOST}:${(app.server.address() as AddressInfo).port}`,
	});
}
