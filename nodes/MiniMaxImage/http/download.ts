import type { IExecuteFunctions } from 'n8n-workflow';

import { FileFetcher } from './fetchFile';
import type { Downloaded, FetchOptions, Use } from './fetchFile';
import type { Failure, Outcome } from './outcome';
import { retryDelay } from './retryPolicy';
import type { SendSettings } from './sendSettings';
import type { Clock } from './wait';

/** What a downloader needs besides n8n. */
export interface DownloaderOptions extends FetchOptions {
	/** Aborted when the execution is stopped. */
	signal: AbortSignal;
	/** Whether trying again may help. */
	isWorthRetrying: (failure: Failure) => boolean;
	clock: Clock;
}

/** Fetches what links lead to, without the key: it knows nothing of credentials. */
export class Downloader {
	private readonly files: FileFetcher;

	constructor(
		context: IExecuteFunctions,
		private readonly options: DownloaderOptions,
	) {
		this.files = new FileFetcher(context, options);
	}

	/**
	 * Fetches a link until there is a final outcome, and uses what came while it is held in memory.
	 *
	 * @throws the signal's reason when the execution is stopped while waiting
	 */
	async fetch<T>(
		link: string,
		{ timeoutMs, maxRetries }: SendSettings,
		use: Use<T>,
	): Promise<Outcome<Downloaded<T>>> {
		const { signal, isWorthRetrying, clock } = this.options;
		// A signal of its own for each download: Node.js warns when many listen to one.
		const ended = AbortSignal.any([signal]);
		for (let failures = 1; ; failures++) {
			const outcome = await this.files.fetch(link, Date.now() + timeoutMs, ended, use);
			if (outcome.ok) return outcome;
			const { failure } = outcome;
			const kind = isWorthRetrying(failure) ? 'nothingMade' : 'refused';
			const delayMs = retryDelay({ ...failure, failures, kind }, maxRetries, Math.random());
			if (delayMs === undefined) return outcome;
			await clock.sleep(delayMs, ended);
		}
	}
}
