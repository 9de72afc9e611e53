const nameOf = (letters: string): number => Buffer.from(letters, 'latin1').readUInt32BE(0);

/** Names of chunks, as numbers, which are compared faster than text. */
export const IHDR = nameOf('IHDR');
/** The compressed picture. */
export const IDAT = nameOf('IDAT');
/** The end of the file. */
export const IEND = nameOf('IEND');

/** Where the chunks begin, after the signature. */
export const FIRST_CHUNK = 8;

/** The name of the chunk at an offset. */
export const chunkName = (bytes: Buffer, at: number): number => bytes.readUInt32BE(at + 4);

/** Where the chunk at an offset ends: it has a length, a name, data and a checksum. May lie beyond the file. */
export const chunkEnd = (bytes: Buffer, at: number): number => at + 12 + bytes.readUInt32BE(at);

/** More than any program writes; a chunk has some thousand bytes. */
const MAX_CHUNKS = 250_000;

/** Offset of the first chunk of that name in a PNG, as far as the file reaches. */
export function findChunk(bytes: Buffer, name: number): number | undefined {
	let at = FIRST_CHUNK;
	for (let count = 0; count < MAX_CHUNKS && at + 8 <= bytes.length; count++) {
		if (chunkName(bytes, at) === name) return at;
		at = chunkEnd(bytes, at);
	}
	return undefined;
}
