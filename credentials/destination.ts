import type { IDataObject, IHttpRequestOptions } from 'n8n-workflow';

import { parseUrl } from '../nodes/MiniMaxImage/http/parseUrl';

/**
 * What callers hand over: the options of n8n's current HTTP helper, or those of its older one, which the
 * HTTP Request node uses and which names the address `uri`.
 */
export type AnyRequestOptions = Partial<
	Omit<IHttpRequestOptions, 'url' | 'baseURL' | 'headers'>
> & {
	url?: unknown;
	uri?: unknown;
	baseURL?: unknown;
	baseUrl?: unknown;
	headers?: IDataObject;
	rejectUnauthorized?: unknown;
};

/** What n8n's HTTP client takes for a whole address; everything else it appends to the base URL (axios, isAbsoluteURL). */
const WHOLE_ADDRESS = /^([a-z][a-z\d+\-.]*:)?\/\//i;

/** Options of a connection that lead it elsewhere than its address says, or vouch for another host. */
const DIVERTING = ['host', 'hostname', 'port', 'path', 'socketPath', 'lookup', 'createConnection'];

const given = (values: unknown[]): string[] =>
	values.map((value) => String(value ?? '').trim()).filter((value) => value !== '');

/** As n8n's HTTP client joins a base URL and a path (axios, combineURLs). */
const join = (base: string, path: string): string =>
	path === '' ? base : `${base.replace(/\/?\/$/, '')}/${path.replace(/^\/+/, '')}`;

/** Every way in which some part of n8n reads an address; the first is what its user means. */
function readings(address: string, base: string): (URL | undefined)[] {
	const alone = parseUrl(address);
	const resolved = parseUrl(address, base);
	const sent = WHOLE_ADDRESS.test(address) ? (alone ?? resolved) : parseUrl(join(base, address));
	return [...(alone ? [alone] : []), sent, resolved];
}

/**
 * The one address that a request of these options may go to, of all that they name.
 *
 * @param baseUrl the credential's, for a request that gives a path alone
 * @throws Error in plain words when there is none, or when any reading leads elsewhere
 */
export function resolveDestination(request: AnyRequestOptions, baseUrl: string): URL {
	const { origin } = new URL(baseUrl);
	const refuse = (what: string) =>
		new Error(`This credential is for ${origin} only. Its key is not sent to ${what}.`);

	const bases = given([request.baseURL, request.baseUrl]);
	const addresses = given([request.url, request.uri]);
	if (addresses.length === 0 && bases.length === 0) throw refuse('a request without an address');

	const all = (addresses.length > 0 ? addresses : ['']).flatMap((address) =>
		(bases.length > 0 ? bases : [baseUrl]).flatMap((base) => readings(address, base)),
	);
	for (const url of all) {
		if (!url) throw refuse('an address that cannot be read');
		if (url.origin !== origin) throw refuse(url.origin === 'null' ? url.protocol : url.origin);
		// The agent that talks to an operator's proxy takes such a path for a host, and asks the proxy for that one.
		if (url.pathname.startsWith('//')) throw refuse('a path that begins with two slashes');
		// n8n's HTTP client would send these in the key's place.
		if (url.username || url.password) throw refuse('an address with a user name or password');
	}
	const [destination] = all;
	if (!destination) throw refuse('an address that cannot be read');
	return destination;
}

const isHostHeader = (name: string) => name.toLowerCase() === 'host';

/**
 * Refuses a request whose other options would hand the key to somebody on the way.
 *
 * @throws Error in plain words
 */
export function refuseDetours(request: AnyRequestOptions, destination: URL): void {
	const headers = request.headers ?? {};
	const host = Object.keys(headers).find(isHostHeader);
	// Hosts that many sites share go by this header, whatever the address says.
	if (
		host &&
		parseUrl(`${destination.protocol}//${String(headers[host])}`)?.host !== destination.host
	) {
		throw new Error('The key is not sent along with a Host header for another host.');
	}
	const connection = Object.keys(request.agentOptions ?? {});
	if (connection.some((option) => DIVERTING.includes(option))) {
		throw new Error('The key is not sent over a connection that leads elsewhere than its address.');
	}
	const unchecked =
		destination.protocol === 'http:' ||
		request.rejectUnauthorized === false ||
		request.skipSslCertificateValidation === true ||
		connection.length > 0;
	if (request.proxy && unchecked) {
		throw new Error(
			'The key is not sent through the proxy of this request, which could read it. ' +
				'Use https and check certificates, or let the operator of n8n set the proxy.',
		);
	}
}
