import { GLYPHS } from './glyphs';

interface Glyph {
	width: number;
	markup: string;
}

const CAPITAL_HEIGHT = 10;
const SPACING = 2.6;
const LIKE_ASCII = new Map([
	['\u2018', "'"],
	['\u2019', "'"],
	['\u201c', '"'],
	['\u201d', '"'],
	['\u2013', '-'],
	['\u2014', '-'],
	['\u00d7', 'x'],
	['\u00df', 'ss'],
	['\u00e6', 'ae'],
	['\u00f8', 'o'],
	['\u0153', 'oe'],
]);

/** The characters to draw for a text: accents are left off, and blanks and controls become spaces. */
function drawable(text: string): string[] {
	const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '');
	const spaced = plain.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
	return Array.from(spaced).flatMap((one) => Array.from(LIKE_ASCII.get(one) ?? one));
}

/** A character the font does not know becomes a box with its code point: any text can be told apart. */
function codePointBox(character: string): Glyph {
	const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
	const hex = code.padStart(code.length > 4 ? 6 : 4, '0');
	const columns = hex.length / 2;
	const width = columns * 3.2 + 1.8;
	const digits = Array.from(hex, (digit, index) => {
		const x = 1.5 + (index % columns) * 3.2;
		const y = index < columns ? 0.6 : 5.8;
		return `<g transform="translate(${x} ${y}) scale(.36)" stroke-width="1.7">${glyph(digit).markup}</g>`;
	});
	const frame = `<path d="M0 -.9H${width}V10.9H0Z" stroke-width=".5"/>`;
	return { width, markup: frame + digits.join('') };
}

function glyph(character: string): Glyph {
	const known = GLYPHS[character];
	if (known === undefined) return codePointBox(character);
	const space = known.indexOf(' ');
	const path = known.slice(space + 1);
	return { width: Number(known.slice(0, space)), markup: `<path d="${path}"/>` };
}

function advance(characters: string[]): number {
	return characters.reduce((sum, character) => sum + glyph(character).width + SPACING, 0);
}

/** How wide a text is, in pixels, where capitals are `size` pixels high. */
export function textWidth(text: string, size: number): number {
	return (Math.max(advance(drawable(text)) - SPACING, 0) * size) / CAPITAL_HEIGHT;
}

/** SVG for one line of text: `x` is its left end and `y` the top of its capitals, in pixels. */
export function textLine(text: string, x: number, y: number, size: number, colour: string): string {
	let left = 0;
	const letters = drawable(text).map((character) => {
		const { width, markup } = glyph(character);
		const letter = `<g transform="translate(${left} 0)">${markup}</g>`;
		left += width + SPACING;
		return letter;
	});
	const scale = size / CAPITAL_HEIGHT;
	return (
		`<g transform="translate(${x} ${y}) scale(${scale})" fill="none" stroke="${colour}" ` +
		`stroke-width="1.25" stroke-linecap="round" stroke-linejoin="round">${letters.join('')}</g>`
	);
}

/** Breaks a text at blanks, or inside a word too long for a line; what does not fit ends in dots. */
export function wrapText(text: string, size: number, width: number, maxLines: number): string[] {
	const room = (width * CAPITAL_HEIGHT) / size;
	const lines: string[] = [];
	let line: string[] = [];
	for (const word of drawable(text).join('').trim().split(' ')) {
		const joined = line.length === 0 ? [] : [...line, ' '];
		if (advance([...joined, ...word]) <= room) {
			line = [...joined, ...word];
			continue;
		}
		if (line.length > 0) lines.push(line.join(''));
		line = [];
		for (const character of word) {
			if (line.length > 0 && advance([...line, character]) > room) {
				lines.push(line.join(''));
				line = [];
			}
			line.push(character);
		}
		if (lines.length > maxLines) break;
	}
	if (line.length > 0) lines.push(line.join(''));
	if (lines.length <= maxLines) return lines;
	const last = Array.from(lines[maxLines - 1] ?? '');
	while (last.length > 0 && advance([...last, '.', '.', '.']) > room) last.pop();
	return [...lines.slice(0, maxLines - 1), `${last.join('').trimEnd()}...`];
}
