import type { IDataObject, IHttpRequestOptions } from 'n8n-workflow';

import { parseUrl } from '../nodes/MiniMaxImage/http/parseUrl';
import { quoted } from './pasted';

/**
 * What callers hand over: the options of n8n's current HTTP helper, or those of its older one, which the
 * HTTP Request node uses and which names the address `uri`.
 */
export type AnyRequestOptions = Partial<
	Omit<IHttpRequestOptions, 'url' | 'baseURL' | 'headers' | 'method'>
> & {
	url?: unknown;
	uri?: unknown;
	baseURL?: unknown;
	baseUrl?: unknown;
	headers?: IDataObject;
	method?: unknown;
	rejectUnauthorized?: unknown;
};

/** What n8n's HTTP client takes for a whole address; everything else it appends to the base URL (axios, isAbsoluteURL). */
const WHOLE_ADDRESS = /^([a-z][a-z\d+\-.]*:)?\/\//i;

/** Options of a connection that lead it elsewhere than its address says, or vouch for another host. */
const DIVERTING = [
	...['host', 'hostname', 'port', 'path', 'socketPath', 'socket'],
	...['lookup', 'createConnection', 'proxyEnv'],
];

/** Options of a connection that show a certificate of the caller, and not, as `ca` and `pfx`, whom to trust. */
const OWN_CERTIFICATE = ['cert', 'key', 'passphrase'];

/** Options of a request with which n8n's HTTP clients trust every certificate. */
const UNCHECKED = ['rejectUnauthorized', 'skipSslCertificateValidation'];

/** The longest address; few servers take more. */
const MAX_ADDRESS_LENGTH = 8_192;

/** The addresses among what callers name them by, or undefined when one is neither text nor a URL, or too long. */
function given(values: unknown[]): string[] | undefined {
	const texts = values.map((value) => (value instanceof URL ? value.href : (value ?? '')));
	const isAddress = (text: unknown): text is string =>
		typeof text === 'string' && text.length <= MAX_ADDRESS_LENGTH;
	if (!texts.every(isAddress)) return undefined;
	return texts.map((text) => text.trim()).filter((text) => text !== '');
}

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
		new Error(
			`This credential is for ${quoted(origin)} only. Its key is not sent to ${quoted(what)}.`,
		);

	const bases = given([request.baseURL, request.baseUrl]);
	const addresses = given([request.url, request.uri]);
	if (!bases || !addresses) throw refuse('an address that cannot be read');
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

/** The method of a request, in capitals; undefined for what is no text. */
function methodOf({ method }: AnyRequestOptions): string | undefined {
	const text = method ?? 'GET';
	return typeof text === 'string' ? text.trim().toUpperCase() : undefined;
}

/**
 * Whether a request makes images, which are charged whether or not somebody waits for the answer.
 * n8n's cancel signal must not cut it: the images would be lost, and bought again by the next try.
 */
export const isPaid = (request: AnyRequestOptions, destination: URL): boolean =>
	methodOf(request) === 'POST' && destination.pathname.endsWith('/v1/image_generation');

/**
 * The headers of a request that may go along with the key: no other key, and no other host, by which hosts that
 * many sites share go, whatever the address says. n8n's HTTP client (axios) takes names with blanks around them for
 * the same header.
 */
export function headersBesideKey(request: AnyRequestOptions, destination: URL): IDataObject {
	const kept = Object.entries(request.headers ?? {}).filter(([name, value]) => {
		const header = name.trim().toLowerCase();
		if (header === 'authorization') return false;
		if (header === 'host') return value === destination.host;
		// No header is an object: axios takes one named `common`, or like the method, for more headers.
		return typeof value !== 'object' || value === null || Array.isArray(value);
	});
	return Object.fromEntries(kept);
}

/** The same request, which trusts no certificate but those that n8n itself trusts. */
export function checkingCertificates<T extends AnyRequestOptions>(request: T): T {
	const options = Object.entries(request).filter(([name]) => !UNCHECKED.includes(name));
	const connection = Object.entries(request.agentOptions ?? {}).filter(([name]) =>
		OWN_CERTIFICATE.includes(name),
	);
	return {
		...(Object.fromEntries(options) as T),
		agentOptions: connection.length > 0 ? Object.fromEntries(connection) : undefined,
	};
}

/**
 * Refuses a request whose other options would hand the key to somebody on the way, or have it repeated.
 *
 * @throws Error in plain words
 */
export function refuseDetours(request: AnyRequestOptions, destination: URL): void {
	const method = methodOf(request);
	if (method === undefined) throw new Error('The method of the request is not text.');
	if (method === 'TRACE') {
		throw new Error('The key is not sent with the method TRACE, whose answer repeats it.');
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
