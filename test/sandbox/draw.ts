import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { OverlayOptions } from 'sharp';
import { background } from './background';
import { textLine, textWidth, wrapText } from './font';

/** A reference as the picture shows it: made small where it came as bytes, as text where as a link. */
export interface Inset {
	thumbnail?: Buffer;
	text: string;
}

/** Everything that decides how one picture looks. */
export interface Picture {
	prompt: string;
	model: string;
	width: number;
	height: number;
	/** 1 for the first picture of an answer. */
	number: number;
	/** What makes this picture differ from another of the same prompt. */
	variation: string;
	/** The seed as asked for, if one was. */
	seed?: number;
	style?: string;
	watermark: boolean;
	insets: Inset[];
}

interface Box {
	left: number;
	top: number;
	width: number;
	height: number;
}

const MAX_INSETS = 3;
const JPEG_QUALITY = 86;
const INK = '#ffffff';
const FAINT_INK = '#c9d3ea';
const PANEL = 'fill="#0a0f1e" fill-opacity=".66"';

/** Names a picture by all that decides its bytes. */
export function pictureKey(picture: Picture): string {
	const hash = createHash('sha256');
	hash.update(JSON.stringify({ ...picture, insets: picture.insets.map(({ text }) => text) }));
	for (const { thumbnail } of picture.insets) if (thumbnail) hash.update(thumbnail);
	return hash.digest('hex');
}

/** Makes a reference image small enough to keep; a damaged one is shown as far as it goes. */
export async function thumbnailOf(image: Buffer): Promise<Buffer | undefined> {
	try {
		const small = sharp(image, { failOn: 'none' }).rotate().resize(320, 320, { fit: 'cover' });
		return await small.flatten({ background: '#ffffff' }).jpeg({ quality: 85 }).toBuffer();
	} catch {
		return undefined;
	}
}

/** Draws a picture: a JPEG of exactly the asked size, the same bytes for the same picture. */
export async function draw(picture: Picture): Promise<Buffer> {
	const { width, height } = picture;
	const unit = Math.min(width, height) / 100;
	const insets = picture.insets.slice(0, MAX_INSETS);
	const boxes = insets.map((_, index) => insetBox(width, unit, index));
	const svg = [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`,
		background(width, height, backgroundSeed(picture)),
		caption(picture, unit),
		...insets.map((inset, index) => insetFrame(inset, boxes[index], unit)),
		picture.watermark ? label('AI generated', 3 * unit, 3 * unit, 1.7 * unit) : '',
		'</svg>',
	].join('');
	const thumbnails = insets.map((inset, index) => thumbnailLayer(inset, boxes[index]));
	return await sharp(Buffer.from(svg))
		.composite((await Promise.all(thumbnails)).filter((layer) => layer !== undefined))
		.flatten({ background: '#000000' })
		.jpeg({ quality: JPEG_QUALITY })
		.toBuffer();
}

function backgroundSeed({ prompt, model, variation }: Picture): number {
	const hash = createHash('sha256').update(JSON.stringify([prompt, model, variation]));
	return hash.digest().readUInt32BE(0);
}

function caption(picture: Picture, unit: number): string {
	const { width, height, prompt, model, seed, style, number } = picture;
	const margin = 3 * unit;
	const padding = 3 * unit;
	const textSize = 4.2 * unit;
	const factSize = 2.4 * unit;
	const inner = width - 2 * (margin + padding);
	const facts = [model, `${width}x${height}`, `image ${number}`];
	if (seed !== undefined) facts.splice(2, 0, `seed ${seed}`);
	if (style !== undefined) facts.push(style);
	const lines = [
		...wrapText(prompt, textSize, inner, 4).map((text) => ({ text, size: textSize, colour: INK })),
		...wrapText(facts.join(' \u00b7 '), factSize, inner, 2).map((text) => ({
			text,
			size: factSize,
			colour: FAINT_INK,
		})),
		{ text: 'MiniMax sandbox', size: factSize, colour: FAINT_INK },
	];
	const panelHeight = lines.reduce(
		(sum, { size }) => sum + size * 1.8,
		2 * padding - factSize * 0.8,
	);
	let top = height - margin - panelHeight;
	const panel = `<rect x="${margin}" y="${top}" width="${width - 2 * margin}" height="${panelHeight}" rx="${2 * unit}" ${PANEL}/>`;
	top += padding;
	const drawn = lines.map(({ text, size, colour }) => {
		const line = textLine(text, margin + padding, top, size, colour);
		top += size * 1.8;
		return line;
	});
	return panel + drawn.join('');
}

function label(text: string, x: number, y: number, size: number): string {
	const box = `width="${textWidth(text, size) + size * 1.6}" height="${size * 2.2}" rx="${size * 0.5}"`;
	return (
		`<rect x="${x}" y="${y}" ${box} ${PANEL}/>` +
		textLine(text, x + size * 0.8, y + size * 0.6, size, INK)
	);
}

function insetBox(width: number, unit: number, index: number): Box {
	const side = Math.round(22 * unit);
	const left = Math.round(width - (index + 1) * (side + 4 * unit));
	return { left, top: Math.round(4 * unit), width: side, height: side };
}

function insetFrame(inset: Inset, box: Box | undefined, unit: number): string {
	if (!box) return '';
	const frame =
		`<rect x="${box.left - unit}" y="${box.top - unit}" width="${box.width + 2 * unit}" ` +
		`height="${box.height + 2 * unit}" rx="${unit}" fill="#ffffff"/>`;
	if (inset.thumbnail) return frame;
	const size = 1.4 * unit;
	const lines = wrapText(inset.text, size, box.width - unit, 8);
	const text = lines.map((line, index) =>
		textLine(line, box.left + unit / 2, box.top + unit / 2 + index * size * 1.8, size, '#1c2740'),
	);
	return frame + text.join('');
}

async function thumbnailLayer(
	{ thumbnail }: Inset,
	box: Box | undefined,
): Promise<OverlayOptions | undefined> {
	if (!thumbnail || !box) return undefined;
	const input = await sharp(thumbnail).resize(box.width, box.height).png().toBuffer();
	return { input, left: box.left, top: box.top };
}
