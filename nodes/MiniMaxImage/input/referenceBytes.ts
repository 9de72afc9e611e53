import { JPEG, PNG, describeFile, identifyImage } from '../images/format';
import { readPixelSize } from '../images/pixelSize';
import { isWhole } from '../images/whole';
import { invalidInput } from '../itemError';
import { REFERENCE_LIMIT_BYTES } from '../models';

/** What helps with a file that is no JPEG or PNG, by what it is. */
const REMEDIES: [what: RegExp, remedy: string][] = [
	[
		/GIF|WebP|BMP|TIFF/,
		'What counts is the content of the file, not its name. Convert the image to JPEG, e.g. with the Format option of the Edit Image node.',
	],
	[
		/HEIC|AVIF/,
		'Export the image as JPEG where it comes from, since no node of n8n converts it. An iPhone takes JPEG photos with Settings > Camera > Formats > Most Compatible.',
	],
	[/SVG/, 'Export the drawing as PNG where it comes from.'],
	[
		/page|JSON|text/,
		'The field holds what a server answered instead of the image. Check the node that got the file.',
	],
];

function remedyFor(what: string): string {
	const [, remedy] = REMEDIES.find(([kind]) => kind.test(what)) ?? [];
	return (
		remedy ??
		'What counts is the content of the file, not its name. Check the node that got the file.'
	);
}

/** The MIME type of a reference image by its bytes. Throws ItemError where the API would refuse it. */
export function checkReference(bytes: Buffer, what: string): string {
	const format = identifyImage(bytes);
	if (format !== JPEG && format !== PNG) {
		const is = describeFile(bytes);
		throw invalidInput(
			`${what} is ${is}, but a reference image must be JPEG or PNG`,
			remedyFor(is),
		);
	}
	if (bytes.length >= REFERENCE_LIMIT_BYTES) {
		throw invalidInput(
			`${what} has ${(bytes.length / 1024 / 1024).toFixed(1)} MB, but a reference image must be smaller than 10 MB`,
			'Make it smaller first, e.g. with the Resize operation of the Edit Image node.',
		);
	}
	if (!readPixelSize(bytes)) {
		throw invalidInput(
			`${what} is a ${format.name} image that is cut short or damaged: its header cannot be read`,
			'Check the file, or the node that made it.',
		);
	}
	if (!isWhole(bytes)) {
		throw invalidInput(
			`${what} is a ${format.name} image that is cut short: its end is missing`,
			'Get the file again. The node that got it, or the program that wrote it, ended too early.',
		);
	}
	return format.mimeType;
}

const DOUBLED_START = Buffer.from([0xff, 0xd8, 0xff, 0xd8]);

/** Starts that are taken away at most; a program writes one or two too many. */
const MAX_STARTS = 16;

/** A JPEG whose start some program wrote twice, with one start: many decoders refuse two. Other files as they are. */
export function withOneStart(bytes: Buffer): Buffer {
	let image = bytes;
	for (let starts = 0; starts < MAX_STARTS; starts++) {
		if (!image.subarray(0, 4).equals(DOUBLED_START)) break;
		image = image.subarray(2);
	}
	return image;
}
