import type { Logger } from 'n8n-workflow';

import { systemClock } from '../http/wait';
import type { Clock } from '../http/wait';
import { inWords } from './duration';

const INTERVAL_MS = 60_000;

/** How far a run is. */
export interface Progress {
	done: number;
	total: number;
}

/** One line about a run: "40 of 60 rows, about 2 minutes left". Rows take as long as those before, on average. */
export function describeProgress({ done, total }: Progress, elapsedMs: number): string {
	const rows = `${done} of ${total} rows`;
	if (done === 0) return rows;
	const leftMs = (elapsedMs / done) * (total - done);
	const minutes = Math.max(1, Math.round(leftMs / INTERVAL_MS));
	return `${rows}, about ${inWords(minutes * INTERVAL_MS)} left`;
}

/**
 * Runs a task, and writes a line a minute into n8n's log meanwhile: the one place that can tell of a run that is not
 * over.
 */
export async function withProgress(
	logger: Pick<Logger, 'info'>,
	progress: () => Progress,
	task: Promise<void>,
	clock: Clock = systemClock,
): Promise<void> {
	const ended = new AbortController();
	const startedAt = clock.now();
	const log = async () => {
		for (;;) {
			await clock.sleep(INTERVAL_MS, ended.signal);
			logger.info(`MiniMax Image: ${describeProgress(progress(), clock.now() - startedAt)}`);
		}
	};
	// Ends with the task, by the error of the aborted sleep.
	const logging = log().catch(() => undefined);
	await task.finally(() => ended.abort());
	await logging;
}
