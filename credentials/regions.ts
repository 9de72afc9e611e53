import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

/** A MiniMax region: its host, and where the keys that work there are issued. */
export interface Region {
	value: string;
	name: string;
	/** Base URL without a trailing slash and without `/v1`. */
	baseUrl: string;
	/** The site that issues keys for this host. */
	keysIssuedAt: string;
}

/** Keys are bound to their region: a key of one is refused by the hosts of the others. */
export const REGIONS: readonly Region[] = [
	{
		value: 'global',
		name: 'Global',
		baseUrl: 'https://api.minimax.io',
		keysIssuedAt: 'platform.minimax.io',
	},
	{
		value: 'china',
		name: 'China Mainland',
		baseUrl: 'https://api.minimaxi.com',
		keysIssuedAt: 'platform.minimaxi.com',
	},
	{
		value: 'chinaNew',
		name: 'China Mainland (New Host)',
		baseUrl: 'https://api.minimax.cn',
		keysIssuedAt: 'platform.minimaxi.com',
	},
];

/** One sentence that tells where the keys of each region come from. */
export const WHERE_KEYS_ARE_ISSUED =
	'Keys for Global are issued at platform.minimax.io, keys for China Mainland at platform.minimaxi.com, ' +
	'and each works only with its own Region';

/** The name of the credential's region as the user sees it. */
export function regionName(region: unknown): string {
	return REGIONS.find(({ value }) => value === region)?.name ?? 'Custom';
}

/**
 * The base URL that a credential chooses, without a trailing slash and without `/v1`.
 *
 * @throws Error in plain words when Base URL is needed and is no http(s) URL
 */
export function resolveBaseUrl(credentials: ICredentialDataDecryptedObject): string {
	const known = REGIONS.find(({ value }) => value === credentials.region);
	if (known) return known.baseUrl;

	const given = String(credentials.baseUrl ?? '').trim();
	if (given === '') {
		throw new Error(
			'Base URL is empty. Enter the address of your gateway, e.g. https://gateway.example.com, or choose another Region.',
		);
	}
	const url = URL.canParse(given) ? new URL(given) : undefined;
	if (!url || !['http:', 'https:'].includes(url.protocol)) {
		throw new Error(
			`Base URL "${given}" is not a web address. It must start with https:// or http://, e.g. https://gateway.example.com.`,
		);
	}
	if (url.username || url.password) {
		throw new Error('Base URL must not hold a user name or password. Only the API Key is sent.');
	}
	return (url.origin + url.pathname).replace(/\/+$/, '').replace(/\/v1$/, '');
}

/**
 * The key as it is sent; white space around it, a frequent slip when pasting, is dropped.
 *
 * @throws Error in plain words when there is none, or none that can be sent
 */
export function resolveApiKey(credentials: ICredentialDataDecryptedObject): string {
	const key = String(credentials.apiKey ?? '').trim();
	if (key === '') throw new Error('API Key is empty. Enter the key of your MiniMax account.');
	// Only these fit into a header; a line break or a dash of a word processor would fail in obscure words.
	if (!/^[\x21-\x7e]+$/.test(key)) {
		throw new Error(
			'API Key holds a space or another character that no key has. Copy the key again, alone and without "Bearer".',
		);
	}
	return key;
}
