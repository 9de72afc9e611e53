/** How requests are sent. */
export interface SendSettings {
	/** Requests that may start in any minute with this key and host; 0: no pacing. */
	requestsPerMinute: number;
	/** Requests in flight; one number for all items of an execution, from the first that can be sent. */
	maxConcurrency: number;
	maxRetries: number;
	timeoutMs: number;
}
