import { readFile, stat } from 'node:fs/promises';

import { describeFile, identifyImage } from '../../nodes/MiniMaxImage/images/format';
import { readPixelSize } from '../../nodes/MiniMaxImage/images/pixelSize';
import { REFERENCE_LIMIT_BYTES } from '../../nodes/MiniMaxImage/models';
import { UsageError } from '../support/usageError';

async function read(path: string): Promise<Buffer> {
	try {
		const { size } = await stat(path);
		if (size < REFERENCE_LIMIT_BYTES) return await readFile(path);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT') throw new UsageError(`There is no file ${path}`);
		if (code === 'EISDIR') throw new UsageError(`${path} is a folder, not a picture`);
		throw new UsageError(`${path} cannot be read (${code})`);
	}
	throw new UsageError(`${path} is too large: a portrait must be smaller than 10 MB`);
}

/**
 * Reads a portrait as a data URL whose type is the one its bytes show.
 *
 * @throws UsageError when there is no such file, or it is not a whole JPEG or PNG under 10 MB
 */
export async function readReference(path: string): Promise<string> {
	const bytes = await read(path);
	const format = identifyImage(bytes);
	if (format?.name !== 'JPEG' && format?.name !== 'PNG') {
		throw new UsageError(`${path} is ${describeFile(bytes)}, but a portrait must be JPEG or PNG`);
	}
	if (!readPixelSize(bytes)) throw new UsageError(`${path} is a damaged ${format.name} image`);
	return `data:${format.mimeType};base64,${bytes.toString('base64')}`;
}
