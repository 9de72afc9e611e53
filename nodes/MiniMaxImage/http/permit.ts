/** Leave to send one request. It must be ended with what became of the request. */
export interface Permit {
	/** The service took the request, whatever it answered. */
	passed(): void;
	/** The service refused it for its rate limit. */
	limited(retryAfterMs?: number): void;
	/** Nobody knows: the connection broke. */
	unknown(): void;
	/** The request never reached the service, so it does not count. */
	unsent(): void;
}
