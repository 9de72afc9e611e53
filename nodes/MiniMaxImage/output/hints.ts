import type { NodeExecutionHint } from 'n8n-workflow';

import type { ItemResult } from './deliver';

const LISTED_ITEMS = 10;

function list(indexes: number[]): string {
	const listed = indexes.slice(0, LISTED_ITEMS).join(', ');
	const rest = indexes.length - LISTED_ITEMS;
	return `${indexes.length === 1 ? 'item' : 'items'} ${listed}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** What a run with results should still tell the user: images that were asked for and not made. */
export function hintsFor(
	results: readonly Pick<ItemResult, 'items' | 'missing' | 'blocked'>[],
): NodeExecutionHint[] {
	const short = results.flatMap(({ items, missing, blocked }, index) =>
		items.length > 0 && missing + blocked > 0 ? [{ index, missing, blocked }] : [],
	);
	if (short.length === 0) return [];
	const sum = (count: (entry: (typeof short)[number]) => number) =>
		short.reduce((total, entry) => total + count(entry), 0);
	const blocked = sum((entry) => entry.blocked);
	const missing = Math.max(
		sum((entry) => entry.missing),
		blocked,
	);
	const reason =
		blocked > 0
			? ` MiniMax blocked ${blocked} for content safety. Rewording the prompt may help.`
			: '';
	return [
		{
			message: `${missing} ${missing === 1 ? 'image was' : 'images were'} asked for but not made (${list(short.map(({ index }) => index))}).${reason}`,
			type: 'warning',
			location: 'outputPane',
		},
	];
}
