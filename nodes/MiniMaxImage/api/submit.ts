import { regionName } from '../../../credentials/regions';
import type { Failure } from '../http/outcome';
import type { Plan } from '../input/plan';
import { ItemError } from '../itemError';
import { readAnswer } from './answer';
import type { GeneratedImages } from './answer';
import type { ApiClient } from './client';
import { entryOf } from './codes';
import { toWireRequest } from './request';

const IMAGE_GENERATION = '/v1/image_generation';

/** What the words of an answer without images need to know. */
export interface RequestContext {
	/** The credential's region, its value. */
	region: unknown;
	timeoutMs: number;
	/** Takes the key out of a text. */
	redact: (text: string) => string;
}

/** Why there are no images, in the words that users read. */
export function toItemError(failure: Failure, request: RequestContext): ItemError {
	const { code, detail, traceId } = failure;
	const { message, remedy } = entryOf(code);
	return new ItemError(message.replace('{timeout}', String(request.timeoutMs / 1000)), {
		code,
		remedy: remedy.replace('{region}', regionName(request.region)),
		detail: detail && request.redact(detail),
		traceId: traceId && request.redact(traceId),
	});
}

/**
 * SUBMIT: sends the request of a planned item.
 *
 * @param signal ends waiting before the request is on its way
 * @throws ItemError when there are no images; the signal's reason when waiting is ended
 */
export async function submit(
	client: ApiClient,
	{ parameters, withReferences }: Plan,
	signal: AbortSignal,
): Promise<GeneratedImages> {
	const { request, send } = parameters;
	const outcome = await withReferences((imageFiles) =>
		client.post(IMAGE_GENERATION, toWireRequest(request, imageFiles), readAnswer, send, signal),
	);
	if (outcome.ok) return outcome.value;
	const { credentials, redact } = client;
	throw toItemError(outcome.failure, {
		region: credentials.region,
		timeoutMs: send.timeoutMs,
		redact,
	});
}
