import { Readable, pipeline } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import sharp from 'sharp';
import type { ImageFault } from './faults';
import { destroy, sendEncoded, truncate } from './play';
import type { RecordedImageRequest } from './types';

type Wait = (ms: number) => Promise<void>;

const CHUNK_BYTES = 16 * 1024;
const STALL_BYTES = 1000;
const JPEG_TYPE = 'image/jpeg';
const JPEG_START = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, ...Buffer.from('JFIF\0')]);

/** Plays a fault that needs no image. False if the fault is of another kind. */
export async function playBeforeImage(
	fault: ImageFault,
	reply: FastifyReply,
	record: RecordedImageRequest,
): Promise<boolean> {
	if ('reset' in fault) {
		destroy(reply);
		return true;
	}
	if ('endless' in fault) {
		record.status = 200;
		reply.hijack();
		reply.raw.writeHead(200, { 'content-type': JPEG_TYPE });
		stream(endless(), reply);
		return true;
	}
	if ('redirect' in fault) {
		record.status = fault.status ?? 302;
		await reply.redirect(fault.redirect, record.status);
		return true;
	}
	if ('status' in fault) {
		record.status = fault.status;
		await reply
			.code(fault.status)
			.type('application/xml')
			.send(fault.body ?? '<Error/>');
		return true;
	}
	if ('body' in fault) {
		record.status = 200;
		const { body, contentType = JPEG_TYPE, headers = {} } = fault;
		await reply.headers({ 'content-type': contentType, ...headers }).send(body);
		return true;
	}
	return false;
}

/** Plays a fault on an image. False if there is nothing left of it but its delay. */
export async function playOnImage(
	fault: ImageFault,
	reply: FastifyReply,
	jpeg: Buffer,
	wait: Wait,
): Promise<boolean> {
	if ('truncate' in fault) {
		if (fault.truncate === 'silently') await sendHalf(reply, jpeg);
		else truncate(reply, jpeg, JPEG_TYPE);
		return true;
	}
	if ('encoding' in fault) {
		await sendEncoded(reply, jpeg, JPEG_TYPE, fault.encoding);
		return true;
	}
	if ('format' in fault) {
		const converted = await sharp(jpeg).toFormat(fault.format).toBuffer();
		if (fault.half) await sendHalf(reply, converted);
		else await reply.type(JPEG_TYPE).send(converted);
		return true;
	}
	const stalls = 'stall' in fault;
	const pause = 'chunkDelayMs' in fault ? fault.chunkDelayMs : undefined;
	if (!stalls && pause === undefined) return false;
	reply.hijack();
	reply.raw.writeHead(200, { 'content-type': JPEG_TYPE, 'content-length': jpeg.length });
	if (stalls) reply.raw.write(jpeg.subarray(0, STALL_BYTES));
	else stream(inPieces(jpeg, pause ?? 0, wait), reply);
	return true;
}

/** Sends half of a body in chunks that end as they should. A stream has no length to announce. */
async function sendHalf(reply: FastifyReply, body: Buffer): Promise<void> {
	await reply.type(JPEG_TYPE).send(Readable.from([body.subarray(0, body.length >> 1)]));
}

/** Streams honour backpressure, and end with their client. */
function stream(chunks: AsyncIterable<Buffer>, reply: FastifyReply): void {
	pipeline(Readable.from(chunks), reply.raw, () => {
		reply.raw.destroy();
	});
}

async function* endless(): AsyncGenerator<Buffer> {
	yield JPEG_START;
	const noise = Buffer.alloc(CHUNK_BYTES, 0x5a);
	for (;;) {
		// A socket that takes everything at once must not keep all other work waiting.
		await nextTurn();
		yield noise;
	}
}

async function* inPieces(jpeg: Buffer, pauseMs: number, wait: Wait): AsyncGenerator<Buffer> {
	for (let start = 0; start < jpeg.length; start += CHUNK_BYTES) {
		if (start > 0) await wait(pauseMs);
		yield jpeg.subarray(start, start + CHUNK_BYTES);
	}
}
