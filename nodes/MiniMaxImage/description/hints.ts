import type { NodeHint } from 'n8n-workflow';

import { defaultOf } from './index';

/**
 * How long a run takes, by the minutes that its last request waits. A hint's text is fixed in n8n, its condition is
 * an expression: so each duration is a hint of its own.
 */
const DURATIONS: readonly (readonly [fromMinutes: number, words: string])[] = [
	[1, 'a minute'],
	...[2, 3, 4, 5, 6, 7, 8, 9, 10].map((minutes) => [minutes, `${minutes} minutes`] as const),
	[11, 'a quarter of an hour'],
	[18, '20 minutes'],
	[25, 'half an hour'],
	[38, 'three quarters of an hour'],
	[53, 'an hour'],
	[90, 'two hours'],
	[150, 'several hours'],
];

/**
 * Whether a run takes a duration. Each item is one request; the rate limiter lets the first ones start at once, and
 * each further lot a minute later. Without pacing that is infinite, which is within no duration. n8n refuses to tell
 * the items as long as the node before has not run.
 */
const takes = (from: number, to: number) => `={{ (() => {
	try {
		const pace = $parameter.options?.requestsPerMinute ?? ${String(defaultOf('requestsPerMinute'))};
		const minutes = Math.ceil($input.all().length / pace) - 1;
		return minutes >= ${from} && minutes < ${to};
	} catch {
		return false;
	}
})() }}`;

/**
 * What the output panel says before a run whose requests are paced over more than a minute. Not the input panel:
 * there n8n shows the hints of the node before.
 */
export const hints: NodeHint[] = DURATIONS.map(([from, words], index) => ({
	message: `The items that came in take about ${words} at the set <b>Requests per Minute</b> (in Options). The output shows when all are done.`,
	type: 'info',
	location: 'outputPane',
	whenToDisplay: 'beforeExecution',
	displayCondition: takes(from, DURATIONS[index + 1]?.[0] ?? Number.MAX_SAFE_INTEGER),
}));
