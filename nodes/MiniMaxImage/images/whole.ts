import { JPEG, PNG, identifyImage } from './format';

const END_OF_JPEG = Buffer.from([0xff, 0xd9]);

/** Whether a file reaches the end that its format sets; bytes after it are fine. */
export function isWhole(bytes: Buffer): boolean {
	const format = identifyImage(bytes);
	if (format === JPEG) return bytes.lastIndexOf(END_OF_JPEG) >= 2;
	if (format === PNG) return bytes.lastIndexOf('IEND', undefined, 'latin1') > 0;
	return bytes.length >= bytes.readUInt32LE(4) + 8;
}
