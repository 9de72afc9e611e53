import type {
	ICredentialDataDecryptedObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';

import { lacksFreeCall, wordsForNoAnswer, wordsForStatus } from './verdict';

const TIMEOUT_MS = 20_000;

type Helpers = IHttpRequestHelper['helpers'];

/** n8n hands over the HTTP helper before a request, and the request without it, both with the same object. */
const lent = new WeakMap<ICredentialDataDecryptedObject, Helpers>();

/** Keeps n8n's HTTP helper for the request that follows with these credentials. */
export function lendHelpers(credentials: ICredentialDataDecryptedObject, helpers: Helpers): void {
	lent.set(credentials, helpers);
}

/**
 * Makes the free call ahead of n8n's test, to say in words what that test would say with a code or not tell apart.
 * Without a helper, nothing: the rules of the test say what they can.
 *
 * @param request the free call, with the key
 * @returns the request for n8n's test to make
 * @throws Error in plain words: the host gives no answer, or one that leaves the key untested
 */
export async function testHost(
	credentials: ICredentialDataDecryptedObject,
	request: IHttpRequestOptions,
): Promise<IHttpRequestOptions> {
	const helpers = lent.get(credentials);
	if (!helpers) return request;
	const { status, words } = await helpers
		.httpRequest({
			...request,
			timeout: TIMEOUT_MS,
			ignoreHttpStatusErrors: true,
			returnFullResponse: true,
		})
		.then(
			({ statusCode }: IN8nHttpFullResponse) => ({
				status: statusCode,
				words: wordsForStatus(statusCode),
			}),
			({ code }: { code?: unknown }) => ({
				status: undefined,
				words: wordsForNoAnswer(code, new URL(request.url).host),
			}),
		);
	if (words !== undefined) throw new Error(words);
	// No rule of the test reads bytes: a page that says "no such call" is no page in the API's place.
	return lacksFreeCall(status) ? { ...request, encoding: 'arraybuffer' } : request;
}
