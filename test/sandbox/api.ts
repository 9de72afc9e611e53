import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { makeAnswer } from './answers';
import { isBare, playBare, playCharged } from './play';
import type { SandboxState } from './state';
import type { BaseResponse, RateLimit, RecordedRequest } from './types';
import { invalid, isObject, validate } from './validate';
import type { Acceptance, Refusal } from './validate';

const BODY_LIMIT_BYTES = 256 * 1024 * 1024;
const SHORT_STRING_CHARACTERS = 200;
const BAD_KEY: Record<'2049' | '1004', BaseResponse> = {
	'2049': { status_code: 2049, status_msg: 'invalid api key' },
	'1004': { status_code: 1004, status_msg: 'login fail: please check the API key' },
};
const TOO_MANY_HTML =
	'<html><head><title>429 Too Many Requests</title></head><body>Too many requests</body></html>';

/** Builds the server of the API. */
export function buildApi(state: SandboxState): FastifyInstance {
	const app = fastify({ bodyLimit: BODY_LIMIT_BYTES });
	const arrivals = new WeakMap<IncomingMessage, number>();

	// Every body is taken as it is, so that the rules here judge it and not the framework's.
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
		done(null, body);
	});
	app.setErrorHandler(async (error, _request, reply) => {
		const message = error instanceof Error ? error.message : String(error);
		return await reply.code(500).send({ error: message });
	});
	app.setNotFoundHandler(
		async (_request, reply) => await reply.code(404).send({ error: 'not found' }),
	);

	app.post('/v1/image_generation', {
		onRequest: async (request, reply) => {
			arrivals.set(request.raw, Date.now());
			state.calls.watch(reply.raw);
		},
		handler: async (request, reply) => {
			await generate(state, request, reply, arrivals.get(request.raw) ?? Date.now());
		},
	});
	app.get<{ Querystring: { purpose?: unknown } }>('/v1/files/list', async (request, reply) => {
		const traceId = newTraceId(reply);
		if (!hasKey(state, request)) return await sendBadKey(state, reply, traceId);
		if (request.query.purpose !== 'voice_clone') {
			return await sendRefusal(reply, traceId, invalid('purpose is not known'));
		}
		return await reply.send({ files: [], base_resp: { status_code: 0, status_msg: 'success' } });
	});
	return app;
}

/** One request to make images: key, rate limit, fault, rules, latency and answer, in this order. */
async function generate(
	state: SandboxState,
	request: FastifyRequest,
	reply: FastifyReply,
	at: number,
): Promise<void> {
	const traceId = newTraceId(reply);
	const body = parseJson(request.body);
	const record = recordRequest(state, request, body, at);
	if (!hasKey(state, request)) {
		finish(record, 'refused', state.badKeyAnswer === '2049' ? 2049 : 1004);
		return void (await sendBadKey(state, reply, traceId));
	}
	const { limit } = state;
	if (limit && !state.window.admit(limit, at)) {
		finish(record, 'limited', limit.answer === 'http429' ? undefined : 1002);
		return void (await sendLimited(reply, traceId, limit));
	}
	const fault = state.faults.next(record, String(record.body.prompt));
	await state.wait(fault?.delayMs);
	if (fault && isBare(fault)) {
		finish(record, 'fault', 'code' in fault ? fault.code : undefined);
		return void (await playBare(fault, reply, traceId));
	}
	const verdict = await judge(request, body);
	if ('code' in verdict) {
		state.window.release(at);
		finish(record, 'refused', verdict.code);
		return void (await sendRefusal(reply, traceId, verdict));
	}
	const { latencyMs } = state;
	await state.wait(typeof latencyMs === 'number' ? latencyMs : latencyMs(verdict.request));
	const answer = await makeAnswer(state, verdict, record, traceId);
	finish(record, 'success', 0);
	if (fault && (await playCharged(fault, reply, answer))) return finish(record, 'fault', undefined);
	await reply.send(answer);
}

function newTraceId(reply: FastifyReply): string {
	const traceId = randomBytes(16).toString('hex');
	void reply.header('Trace-Id', traceId);
	return traceId;
}

function hasKey(state: SandboxState, { headers }: FastifyRequest): boolean {
	return headers.authorization === `Bearer ${state.key}`;
}

function parseJson(body: unknown): unknown {
	try {
		return JSON.parse(String(body));
	} catch {
		return undefined;
	}
}

async function judge({ headers }: FastifyRequest, body: unknown): Promise<Acceptance | Refusal> {
	const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
	if (type !== 'application/json') return invalid('Content-Type must be application/json');
	return await validate(body);
}

function recordRequest(
	state: SandboxState,
	{ headers }: FastifyRequest,
	body: unknown,
	at: number,
): RecordedRequest {
	const record: RecordedRequest = {
		number: state.requests.length + 1,
		at,
		headers,
		body: isObject(body) ? body : {},
		outcome: 'pending',
		paidImages: 0,
	};
	if (state.recordBodies === 'short') {
		record.body = JSON.parse(JSON.stringify(record.body), (_name, value: unknown) =>
			typeof value === 'string' ? value.slice(0, SHORT_STRING_CHARACTERS) : value,
		);
	}
	state.requests.push(record);
	return record;
}

function finish(record: RecordedRequest, outcome: RecordedRequest['outcome'], code?: number): void {
	record.outcome = outcome;
	record.code = code;
}

async function sendRefusal(
	reply: FastifyReply,
	id: string,
	refusal: Refusal,
): Promise<FastifyReply> {
	const base = { status_code: refusal.code, status_msg: refusal.message };
	return await reply.send({ id, base_resp: base });
}

async function sendBadKey(
	{ badKeyAnswer }: SandboxState,
	reply: FastifyReply,
	traceId: string,
): Promise<FastifyReply> {
	if (badKeyAnswer !== '401') return await reply.send({ base_resp: BAD_KEY[badKeyAnswer] });
	const error = {
		type: 'authorized_error',
		message: `${BAD_KEY['1004'].status_msg} (1004)`,
		http_code: '401',
	};
	return await reply.code(401).send({ type: 'error', error, request_id: traceId });
}

async function sendLimited(
	reply: FastifyReply,
	id: string,
	limit: RateLimit,
): Promise<FastifyReply> {
	if (limit.answer !== 'http429') {
		return await sendRefusal(reply, id, { code: 1002, message: 'rate limit exceeded(RPM)' });
	}
	if (limit.retryAfterSeconds !== undefined) reply.header('Retry-After', limit.retryAfterSeconds);
	return await reply.code(429).type('text/html').send(TOO_MANY_HTML);
}
