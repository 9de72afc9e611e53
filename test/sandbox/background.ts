interface Scene {
	width: number;
	height: number;
	hue: number;
	random: () => number;
}

/** Mulberry32: numbers from 0 to 1 that are the same on every machine for the same seed. */
function randomFrom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

function hsl(hue: number, saturation: number, lightness: number): string {
	return `hsl(${Math.round(((hue % 360) + 360) % 360)},${saturation}%,${lightness}%)`;
}

function circle(x: number, y: number, radius: number, fill: string, opacity = 1): string {
	const [cx, cy, r] = [x, y, radius].map(Math.round);
	return `<circle cx="${cx}" cy="${cy}" r="${r}" fill="${fill}" fill-opacity="${opacity}"/>`;
}

/** A sun over layers of hills, each layer darker than the one behind it. */
function hills({ width, height, hue, random }: Scene): string {
	const sunX = width * (0.2 + random() * 0.5);
	const sunY = height * (0.2 + random() * 0.15);
	const sun = Math.min(width, height) * (0.09 + random() * 0.06);
	const shapes = [
		circle(sunX, sunY, sun * 1.7, hsl(hue + 40, 95, 85), 0.25),
		circle(sunX, sunY, sun, hsl(hue + 45, 95, 88)),
	];
	for (let layer = 0; layer < 5; layer++) {
		const base = height * (0.42 + layer * 0.1);
		const [slow, fast, phase] = [1.2 + random() * 1.5, 3 + random() * 3, random() * 7];
		const points = Array.from({ length: 49 }, (_, step) => {
			const t = (step / 48) * Math.PI;
			const wave = Math.sin(t * slow + phase) * 0.06 + Math.sin(t * fast + phase * 2) * 0.018;
			return `${Math.round((width * step) / 48)} ${Math.round(base + height * wave)}`;
		});
		const fill = hsl(hue - 20 - layer * 7, 45, 58 - layer * 10);
		shapes.push(`<path d="M0 ${height}L${points.join('L')}L${width} ${height}Z" fill="${fill}"/>`);
	}
	return shapes.join('');
}

/** Lights out of focus. */
function lights({ width, height, hue, random }: Scene): string {
	const unit = Math.min(width, height);
	return Array.from({ length: 34 }, () => {
		const radius = unit * (0.02 + random() ** 2 * 0.17);
		const colour = hsl(hue + (random() - 0.4) * 120, 90, 68 + random() * 20);
		return circle(random() * width, random() * height, radius, colour, 0.14 + random() * 0.3);
	}).join('');
}

/** Rings around one point, like ripples. */
function rings({ width, height, hue, random }: Scene): string {
	const x = width * (0.25 + random() * 0.5);
	const y = height * (0.25 + random() * 0.25);
	const count = 11;
	const step = Math.max(width, height) / count;
	return Array.from({ length: count }, (_, index) => {
		const radius = step * (count - index) * 0.95;
		return circle(x, y, radius, hsl(hue + index * 9, 56, 30 + index * 5.2), 0.85);
	}).join('');
}

/** The SVG behind the text: one of three scenes, in colours that the seed decides. */
export function background(width: number, height: number, seed: number): string {
	const random = randomFrom(seed);
	const hue = Math.floor(random() * 360);
	const scene = [hills, lights, rings][Math.floor(random() * 3)] ?? hills;
	return (
		'<defs><linearGradient id="sky" x1="0" y1="0" x2=".35" y2="1">' +
		`<stop offset="0" stop-color="${hsl(hue, 58, 36)}"/>` +
		`<stop offset=".55" stop-color="${hsl(hue + 32, 64, 60)}"/>` +
		`<stop offset="1" stop-color="${hsl(hue + 64, 72, 78)}"/></linearGradient></defs>` +
		`<rect width="${width}" height="${height}" fill="url(#sky)"/>` +
		scene({ width, height, hue, random })
	);
}
