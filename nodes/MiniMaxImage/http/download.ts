import type { IExecuteFunctions } from 'n8n-workflow';

import { downloadUrls } from './downloadUrl';
import { FileFetcher, fail } from './fetchFile';
import type { Downloaded, FetchOptions, Use } from './fetchFile';
import type { Failure, Outcome } from './outcome';
import { retryDelay } from './retryPolicy';
import type { SendSettings } from './sendSettings';
import { wait } from './wait';

/** After these, https may simply not be spoken where http is. */
const NO_HTTPS = ['unreachable', 'certificate', 'reset'];

/** What a downloader needs besides n8n. */
export interface DownloaderOptions extends FetchOptions {
	/** Aborted when the execution is stopped. */
	signal: AbortSignal;
	/** Whether trying again may help. */
	isWorthRetrying: (failure: Failure) => boolean;
}

/** Fetches what links lead to, without the key: it knows nothing of credentials. */
export class Downloader {
	private readonly files: FileFetcher;

	/** Hosts that were seen to speak http alone. */
	private readonly plainHosts = new Set<string>();

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
		const { signal, isWorthRetrying } = this.options;
		// A signal of its own for each download: Node.js warns when many listen to one.
		const ended = AbortSignal.any([signal]);
		for (let failures = 1; ; failures++) {
			const outcome = await this.fetchOnce(link, Date.now() + timeoutMs, ended, use);
			if (outcome.ok) return outcome;
			const { failure } = outcome;
			const kind = isWorthRetrying(failure) ? 'nothingMade' : 'refused';
			const delayMs = retryDelay({ ...failure, failures, kind }, maxRetries, Math.random());
			if (delayMs === undefined) return outcome;
			await wait(delayMs, ended);
		}
	}

	private async fetchOnce<T>(
		link: string,
		deadline: number,
		ended: AbortSignal,
		use: Use<T>,
	): Promise<Outcome<Downloaded<T>>> {
		const [first, plain] = downloadUrls(link, this.options.ownHost);
		if (first === undefined) return fail('badLink', 'neither http nor https');
		const known = plain !== undefined && this.plainHosts.has(new URL(plain).host);
		const outcome = await this.files.fetch(known ? plain : first, deadline, ended, use);
		if (outcome.ok || !plain || known || !NO_HTTPS.includes(outcome.failure.code)) return outcome;
		const second = await this.files.fetch(plain, deadline, ended, use);
		if (second.ok) this.plainHosts.add(new URL(plain).host);
		return second;
	}
}
