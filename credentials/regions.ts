import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { parseWebUrl } from '../nodes/MiniMaxImage/http/parseUrl';
import { QUOTES, quoted, readField, stripEnds } from './pasted';

/** A MiniMax region: its host, and where the keys that work there are issued. */
export interface Region {
	value: string;
	name: string;
	/** Base URL without a trailing slash and without `/v1`. */
	baseUrl: string;
	/** The site that issues keys for this host. */
	keysIssuedAt: string;
	/** Its page of keys. */
	keysPage: string;
	/** What tells this region from those whose keys come from the same site. */
	howToChoose?: string;
}

/** Keys are bound to their region: a key of one is refused by the hosts of the others. */
export const REGIONS: readonly Region[] = [
	{
		value: 'global',
		name: 'Global',
		baseUrl: 'https://api.minimax.io',
		keysIssuedAt: 'platform.minimax.io',
		keysPage: 'https://platform.minimax.io/user-center/basic-information/interface-key',
	},
	{
		value: 'china',
		name: 'China Mainland',
		baseUrl: 'https://api.minimaxi.com',
		keysIssuedAt: 'platform.minimaxi.com',
		keysPage: 'https://platform.minimaxi.com/user-center/basic-information/interface-key',
		howToChoose:
			'The older host, api.minimaxi.com, which still answers. Keep it if it works for you; the keys are the same as for the new host.',
	},
	{
		value: 'chinaNew',
		name: 'China Mainland (New Host)',
		baseUrl: 'https://api.minimax.cn',
		keysIssuedAt: 'platform.minimaxi.com',
		keysPage: 'https://platform.minimaxi.com/user-center/basic-information/interface-key',
		howToChoose:
			"The host of MiniMax's China docs since September 2026, api.minimax.cn. Choose it for a new credential; the keys are the same as for the older host.",
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

/** Longer than any address of a gateway; browsers and proxies stop at about this length. */
const MAX_LENGTH = 2_048;

/** Hosts of MiniMax, a dot at the end of their name included. */
const MINIMAX_HOST = /(?:^|\.)minimax(?:\.(?:io|cn|chat)|i\.(?:com|chat))\.?$/;

/**
 * Whether a host is MiniMax's own: those of the regions, and every other name under minimax.io, minimaxi.com,
 * minimax.cn, minimax.chat and minimaxi.chat.
 *
 * @param hostname as `URL.hostname` writes it
 */
export const isMiniMaxHost = (hostname: string): boolean => MINIMAX_HOST.test(hostname);

/** Interfaces that guides of MiniMax and of gateways give with the address: not part of a base URL. */
const INTERFACES = [
	'v1',
	'v1/image_generation',
	'v1/images/generations',
	'v1/chat/completions',
	'v1/text/chatcompletion',
	'v1/text/chatcompletion_v2',
	'v1/text/chatcompletion_pro',
];

/** MiniMax's interface for programs that speak Anthropic's: the address that most guides for plan keys give. */
const ANTHROPIC = ['anthropic', 'anthropic/v1', 'anthropic/messages', 'anthropic/v1/messages'];

/** Addresses that hold a key or a password are not repeated in words. */
const HOLDS_SECRET = /@|sk-|eyJ|[?#]/;

/** The names in a path, in lower case, and where each begins: at the slashes before it, as many as people paste. */
const namesIn = (path: string): { name: string; start: number }[] =>
	// Without slashes at the end, which would make this pattern try the same ones again and again.
	[...stripEnds(path, '', '/').matchAll(/\/+([^/]+)/g)].map(({ 1: name = '', index }) => ({
		name: name.toLowerCase(),
		start: index,
	}));

/** How many names at the end of a path are one of these interfaces. */
function countAtEnd(names: { name: string }[], interfaces: string[]): number {
	const end = names
		.slice(-3)
		.map(({ name }) => `/${name}`)
		.join('');
	const found = interfaces.filter((path) => end.endsWith(`/${path}`));
	return Math.max(0, ...found.map((path) => path.split('/').length));
}

/** A path without the interfaces at its end and without slashes there. */
function withoutInterfaces(path: string): string {
	const names = namesIn(path);
	let end = path.length;
	for (;;) {
		const count = countAtEnd(names, INTERFACES);
		if (count === 0) return stripEnds(path.slice(0, end), '', '/');
		end = names.splice(-count)[0]?.start ?? 0;
	}
}

/**
 * The base URL that a credential chooses, without a trailing slash, `/v1` and the path of the endpoint. MiniMax's own
 * hosts all speak https, so the key never travels to them in clear text.
 *
 * @throws Error in plain words when Base URL is needed and leads to no host of images
 */
export function resolveBaseUrl(credentials: ICredentialDataDecryptedObject): string {
	const known = REGIONS.find(({ value }) => value === credentials.region);
	if (known) return known.baseUrl;

	const pasted = readField('Base URL', credentials.baseUrl, MAX_LENGTH);
	const given = stripEnds(pasted, `${QUOTES}<`, `${QUOTES}>`).trim();
	if (given === '') {
		throw new Error(
			'Base URL is empty. Enter the address of your gateway, e.g. https://gateway.example.com, or choose another Region.',
		);
	}
	const url = parseWebUrl(given);
	if (!url) {
		throw new Error(
			`Base URL ${HOLDS_SECRET.test(given) ? '' : `"${quoted(given)}" `}is not a web address. ` +
				'It must start with https:// or http://, e.g. https://gateway.example.com.',
		);
	}
	refuseMore(given, url);
	if (isMiniMaxHost(url.hostname)) url.protocol = 'https:';
	// With one slash at its beginning: see resolveDestination.
	return url.origin + withoutInterfaces(url.pathname.replace(/^\/+/, '/'));
}

/** @throws Error for what belongs elsewhere: dropping it in silence would leave people searching */
function refuseMore(given: string, url: URL): void {
	if (url.username || url.password) {
		throw new Error('Base URL must not hold a user name or password. Only the API Key is sent.');
	}
	if (/[?#]/.test(given)) {
		throw new Error(
			'Base URL must not hold a query ("?") or a fragment ("#"): it would not be sent. ' +
				'Enter the address that stands before it, and the key as API Key.',
		);
	}
	if (countAtEnd(namesIn(url.pathname), ANTHROPIC) > 0) {
		throw new Error(
			'Base URL ends in /anthropic, an interface of MiniMax for text alone. Enter the address without it, ' +
				"or choose the Region, if the host is MiniMax's own.",
		);
	}
	const site = REGIONS.find(({ keysIssuedAt }) => keysIssuedAt === url.hostname);
	if (site) {
		throw new Error(
			`Base URL ${site.keysIssuedAt} is the site where keys are made. Choose the Region ${site.name} instead of Custom.`,
		);
	}
}
