/** Why an attempt brought nothing that can be used. */
export interface Failure {
	/** A code of the service ("1008"), an HTTP status ("http404"), or a word ("timeout"). */
	code: string;
	/** The service's own words, if any. */
	detail?: string;
	traceId?: string;
	/** Whether the service itself answered, and not something on the way to it. */
	isOfService?: boolean;
	/** How long the service asks to wait, in ms. */
	retryAfterMs?: number;
}

/** What an attempt brought. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; failure: Failure };
