import type { NodeExecutionHint } from 'n8n-workflow';

import type { PaidAnswer } from '../api/submit';
import type { SettledItem } from '../batch';
import type { ItemResult } from './deliver';
import { displayText } from '../displayText';
import { inWords } from './duration';
import { IMAGE_COUNT } from '../models';
import { escapeHtml } from './html';

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

/** How many rows failed, and why the first did: their items may be many and far down. */
export function failureHints(settled: readonly SettledItem[]): NodeExecutionHint[] {
	const reasons = settled.flatMap(({ error, result }) => error ?? result.errors[0] ?? []);
	const [first] = reasons;
	if (!(first instanceof Error)) return [];
	const rows = settled.flat().length;
	return [
		{
			message: `${reasons.length} of ${plural(rows, 'row', 'rows')} failed. ${reasons.length > 1 ? 'The first one' : 'The reason'}: ${escapeHtml(displayText(first.message))}`,
			type: 'warning',
			location: 'outputPane',
		},
	];
}

const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** What a run should tell of its payments: images that were not bought again, and what may have been charged twice. */
export function paymentHints(answers: readonly PaidAnswer[]): NodeExecutionHint[] {
	// The list has holes where items have no answer, which flat() skips.
	const all = answers.flat();
	const count = (which: (answer: PaidAnswer) => boolean) =>
		all.filter(which).reduce((sum, { images }) => sum + images.length, 0);
	const recalled = count((answer) => answer.recalled);
	const lost = count((answer) => answer.purchase.lostInline && !answer.recalled);
	const twice = all.filter((answer) => answer.maybeTwice).length;
	const surplus = all.reduce((sum, answer) => sum + (answer.surplus ?? 0), 0);
	const messages: [string, NodeExecutionHint['type']][] = [];
	if (surplus > 0) {
		messages.push([
			`${plural(surplus, 'image', 'images')} more came than one request can ask for, and ${surplus === 1 ? 'was' : 'were'} left out: of an answer, ${IMAGE_COUNT.max} are delivered at most.`,
			'warning',
		]);
	}
	if (recalled > 0) {
		const total = count(() => true);
		messages.push([
			`${recalled} of ${plural(total, 'image was', 'images were')} paid for in an earlier try and ${recalled === 1 ? 'was' : 'were'} not bought again.`,
			'info',
		]);
	}
	if (lost > 0) {
		messages.push([
			`${plural(lost, 'image', 'images')} had come inline in an earlier execution, which keeps no link to fetch them again, so ${lost === 1 ? 'it was' : 'they were'} bought again.`,
			'warning',
		]);
	}
	if (twice > 0) {
		messages.push([
			`${plural(twice, 'request', 'requests')} had to be sent a second time after an answer that did not arrive or could not be used, and may have been charged twice.`,
			'warning',
		]);
	}
	return messages.map(([message, type]) => ({ message, type, location: 'outputPane' }));
}

/** Shorter waits are nothing that people wonder about. */
const NOTED_WAIT_MS = 10_000;

/** How much of the run was spent on the limit, which is why a table takes minutes. */
export function waitHints(waitedMs: number): NodeExecutionHint[] {
	if (waitedMs < NOTED_WAIT_MS) return [];
	return [
		{
			message: `${inWords(waitedMs)} of this run were spent waiting for the rate limit. If your account allows more, raise the option "Requests per Minute".`,
			type: 'info',
			location: 'outputPane',
		},
	];
}
