import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { FastifyReply } from 'fastify';
import type { BareFault, Encoding, Fault, ResetFault } from './faults';
import type { GenerationAnswer } from './types';

/** Whether a fault is played before anything is made, and so costs nothing. */
export function isBare(fault: Fault): fault is BareFault | ResetFault {
	if ('reset' in fault) return fault.reset === 'before';
	if ('charged' in fault && fault.charged) return false;
	return 'code' in fault || 'status' in fault || 'answer' in fault;
}

/** Plays a fault that sends nothing of the usual answer. */
export async function playBare(
	fault: BareFault | ResetFault,
	reply: FastifyReply,
	traceId: string,
): Promise<void> {
	if ('reset' in fault) {
		destroy(reply);
	} else if ('code' in fault) {
		const base = {
			status_code: fault.code,
			status_msg: fault.message ?? `sandbox code ${fault.code}`,
		};
		await reply.send({ id: traceId, base_resp: base });
	} else if ('status' in fault) {
		const { status, body = gatewayPage(status), headers = {} } = fault;
		if (typeof body === 'string') void reply.type('text/html');
		await reply.code(status).headers(headers).send(body);
	} else {
		const { answer, contentType = 'application/json' } = fault;
		await reply
			.type(contentType)
			.send(typeof answer === 'string' ? answer : JSON.stringify(answer));
	}
}

/** Plays a fault at a request whose images are made and charged. False if the fault was only a delay. */
export async function playCharged(
	fault: Fault,
	reply: FastifyReply,
	answer: GenerationAnswer,
): Promise<boolean> {
	if ('code' in fault || 'status' in fault || 'answer' in fault) {
		await playBare(fault, reply, answer.id);
	} else if ('reset' in fault) {
		destroy(reply);
	} else if ('encoding' in fault) {
		await sendEncoded(
			reply,
			Buffer.from(JSON.stringify(answer)),
			'application/json',
			fault.encoding,
		);
	} else if ('truncate' in fault) {
		truncate(reply, Buffer.from(JSON.stringify(answer)), 'application/json');
	} else if ('hang' in fault) {
		reply.hijack();
	} else if ('edit' in fault) {
		const edited = fault.edit(answer);
		await reply
			.type('application/json')
			.send(JSON.stringify(edited === undefined ? answer : edited));
	} else {
		return false;
	}
	return true;
}

const ENCODERS = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync };

/** Sends a body as a proxy compresses it. */
export async function sendEncoded(
	reply: FastifyReply,
	body: Buffer,
	contentType: string,
	encoding: Encoding,
): Promise<void> {
	const headers = { 'content-type': contentType, 'content-encoding': encoding };
	await reply.headers(headers).send(ENCODERS[encoding](body));
}

/** Ends the connection without a further byte. */
export function destroy(reply: FastifyReply): void {
	reply.hijack();
	reply.raw.destroy();
}

/** Announces all of a body, sends half of it, and ends the connection. */
export function truncate(reply: FastifyReply, body: Buffer, contentType: string): void {
	reply.hijack();
	const { raw } = reply;
	raw.writeHead(200, { 'content-type': contentType, 'content-length': body.length });
	raw.write(body.subarray(0, body.length >> 1), () => raw.destroy());
}

function gatewayPage(status: number): string {
	return (
		`<html><head><title>${status} error</title></head>` +
		`<body><center><h1>${status} error</h1></center><hr><center>gateway</center></body></html>`
	);
}
