/** How requests are sent. */
export interface SendSettings {
	/** Requests that may start in any minute with this key and host; 0: no pacing. */
	requestsPerMinute: number;
	/** Requests in flight; one number for all items of an execution, from the first that can be sent. */
	maxConcurrency: number;
	/** Images that all items of an execution may ask for together; 0: no limit. */
	maxImages: number;
	maxRetries: number;
	timeoutMs: number;
}
