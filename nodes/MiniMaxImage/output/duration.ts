const plural = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;

/** A duration in words, as exact as people need it: "40 seconds", "4 minutes 30 seconds", "1 hour 5 minutes". */
export function inWords(ms: number): string {
	const seconds = Math.round(ms / 1000);
	const parts: [number, string][] =
		seconds >= 3600
			? [
					[Math.floor(seconds / 3600), 'hour'],
					[Math.round((seconds % 3600) / 60), 'minute'],
				]
			: [
					[Math.floor(seconds / 60), 'minute'],
					[seconds % 60, 'second'],
				];
	const told = parts.filter(([count]) => count > 0).map(([count, unit]) => plural(count, unit));
	return told.join(' ') || '0 seconds';
}
