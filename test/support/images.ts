import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';
import sharp from 'sharp';

/** A real picture of one color. */
export async function picture(
	format: 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff' = 'jpeg',
	size = { width: 64, height: 80 },
	background = '#c04020',
): Promise<Buffer> {
	return await sharp({ create: { ...size, channels: 3, background } })
		.toFormat(format)
		.toBuffer();
}

/** A file as an item carries it when n8n keeps files in memory. */
export function inMemory(bytes: Buffer, declared: Partial<IBinaryData> = {}): IBinaryData {
	return { mimeType: 'image/jpeg', ...declared, data: bytes.toString('base64') };
}

/** An input item with files. */
export function itemWith(binary: Record<string, IBinaryData>, json = {}): INodeExecutionData {
	return { json, binary };
}

/** Width, height and format of an output item's file, decoded by sharp. */
export async function decoded(item: INodeExecutionData | undefined, field = 'data') {
	const { width, height, format } = await sharp(
		Buffer.from(item?.binary?.[field]?.data ?? '', 'base64'),
	).metadata();
	return { width, height, format };
}
