import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { playBeforeImage, playOnImage } from './play-images';
import type { SandboxState } from './state';
import type { RecordedImageRequest } from './types';

const REFUSED_STATUS = { unknown: 404, 'bad signature': 403, expired: 403 };

/** Builds the server of the storage host that the links lead to. */
export function buildImages(state: SandboxState): FastifyInstance {
	const app = fastify({ exposeHeadRoutes: false });
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
		done(null, body);
	});
	app.setErrorHandler(async (error, _request, reply) => {
		const message = error instanceof Error ? error.message : String(error);
		return await reply.code(500).type('text/plain').send(message);
	});
	app.addHook('onRequest', async (_request, reply) => {
		state.downloads.watch(reply.raw);
	});
	app.get('*', async (request, reply) => {
		await serve(state, request, reply);
	});
	app.setNotFoundHandler(async (request, reply) => {
		const record = recordRequest(state, request);
		if (!(await refuseKey(state, request, reply, record))) {
			await sendStatus(reply, record, 405, 'MethodNotAllowed');
		}
	});
	return app;
}

async function serve(
	state: SandboxState,
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<void> {
	const record = recordRequest(state, request);
	if (await refuseKey(state, request, reply, record)) return;
	const url = new URL(record.path, state.imageUrl);
	const fault = state.imageFaults.next(record, url.pathname);
	await state.wait(fault?.delayMs);
	if (fault && (await playBeforeImage(fault, reply, record))) return;

	const found = state.links.find(url);
	if (typeof found === 'string') {
		return await sendStatus(reply, record, REFUSED_STATUS[found], found);
	}
	const jpeg = await state.renderer.render(found);
	record.status = 200;
	if (fault && (await playOnImage(fault, reply, jpeg, (ms) => state.wait(ms)))) return;
	await reply.type('image/jpeg').send(jpeg);
}

function recordRequest(
	state: SandboxState,
	{ raw, headers }: FastifyRequest,
): RecordedImageRequest {
	const record = { at: Date.now(), path: raw.url ?? '/', headers, status: 0 };
	state.imageRequests.push(record);
	return record;
}

/** The storage host must never see the key: whoever shows it is refused, and put on record. */
async function refuseKey(
	state: SandboxState,
	{ method, headers }: FastifyRequest,
	reply: FastifyReply,
	record: RecordedImageRequest,
): Promise<boolean> {
	const place = placeOfKey(state.key, record.path, headers);
	if (place === undefined) return false;
	state.violations.push(`${method} ${new URL(record.path, state.imageUrl).pathname}: ${place}`);
	await sendStatus(reply, record, 400, 'InvalidArgument');
	return true;
}

function placeOfKey(key: string, path: string, headers: IncomingHttpHeaders): string | undefined {
	if (headers.authorization !== undefined) return 'an Authorization header';
	if (path.includes(key) || decoded(path).includes(key)) return 'the key in the URL';
	const names = Object.keys(headers);
	const name = names.find((one) => one.includes(key) || String(headers[one]).includes(key));
	return name === undefined ? undefined : `the key in the header ${name}`;
}

function decoded(path: string): string {
	try {
		return decodeURIComponent(path);
	} catch {
		return path;
	}
}

async function sendStatus(
	reply: FastifyReply,
	record: RecordedImageRequest,
	status: number,
	reason: string,
): Promise<void> {
	record.status = status;
	const body = `<?xml version="1.0"?><Error><Code>${status}</Code><Message>${reason}</Message></Error>`;
	await reply.code(status).type('application/xml').send(body);
}
