import { counted } from './progress';
import { STYLE } from './style';
import type { FailedRow, Picture, Result } from './types';

/** What stands at the top of the page. */
export interface SheetFacts {
	/** Who made the images: MiniMax, or the sandbox. */
	madeBy: string;
	madeAt: Date;
}

const ENTITIES: Record<string, string> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/** Text that HTML shows as it is, inside an element and inside an attribute in quotation marks. */
export function escapeHtml(text: unknown): string {
	return String(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A relative link from the page to the file of an image. */
const linkTo = (workflow: string, { fileName }: Picture) =>
	escapeHtml(['images', workflow, fileName].map(encodeURIComponent).join('/'));

function figure(workflow: string, picture: Picture): string {
	const { fileName, prompt, requestId, width, height, seed } = picture;
	const sized = width !== undefined && height !== undefined;
	const facts: [string, unknown][] = [
		['Size', sized ? `${width} × ${height} px` : undefined],
		['Seed', seed],
		['File', fileName],
		['Request', requestId],
	];
	const shown = facts.filter(([, value]) => value !== undefined);
	const link = linkTo(workflow, picture);
	const size = sized ? ` width="${width}" height="${height}"` : '';
	return `<figure style="--shape: ${sized ? (width / height).toFixed(3) : 1}">
<a href="${link}"><img src="${link}" alt="${escapeHtml(prompt)}"${size}></a>
<figcaption>
<p>${escapeHtml(prompt)}</p>
<dl>${shown.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>
</figcaption>
</figure>`;
}

function failedRow({ row, prompt, message, description }: FailedRow): string {
	const where = row === undefined ? 'The workflow failed' : `Row ${row} failed`;
	const more = [prompt, description].filter(Boolean).map((text) => `<p>${escapeHtml(text)}</p>`);
	return `<li><strong>${where}:</strong> ${escapeHtml(message)}${more.join('')}</li>`;
}

function section({ name, title, pictures, failed, planned, seconds }: Result): string {
	const figures = pictures.map((picture) => figure(name, picture)).join('\n');
	const rows = failed.map(failedRow).join('\n');
	return `<section id="${escapeHtml(name)}">
<h2>${escapeHtml(title)}</h2>
<p class="count">${pictures.length} of ${counted(planned, 'image')} in ${seconds.toFixed(1)} seconds</p>
${figures && `<div class="pictures">\n${figures}\n</div>`}
${rows && `<ul class="failed">\n${rows}\n</ul>`}
</section>`;
}

/** One page that shows all images by workflow, with links relative to its own folder. */
export function contactSheet(results: Result[], { madeBy, madeAt }: SheetFacts): string {
	const images = results.reduce((sum, { pictures }) => sum + pictures.length, 0);
	const made = `${counted(images, 'image')} of ${counted(results.length, 'workflow')}`;
	const day = madeAt.toISOString().slice(0, 16).replace('T', ', ');
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MiniMax Image: contact sheet</title>
<style>
${STYLE}
</style>
</head>
<body>
<header>
<h1>MiniMax Image: contact sheet</h1>
<p>${made}, made by ${escapeHtml(madeBy)} on ${day} UTC</p>
</header>
<main>
${results.map(section).join('\n')}
</main>
</body>
</html>
`;
}
