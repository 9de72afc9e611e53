import { isPrivate } from '../http/hosts';
import { MAX_LINK_CHARACTERS, parseWebUrl } from '../http/parseUrl';
import { invalidInput } from '../itemError';
import { shown } from './checks';
import { sharePageOf } from './sharePages';

/** Who opens a link. */
export interface LinkHosts {
	/** Whether it is MiniMax's own service, and not a gateway, which may reach private hosts. */
	isMiniMax: boolean;
}

const USE_FILE = 'choose Binary File as Input Type';

/** Whether a link carries the image in itself. */
export const isDataUrl = (url: string): boolean => /^data:/i.test(url);

/** The token of a bot, as it stands in links to files that Telegram's bot API gives, also inside of other links. */
const BOT_TOKEN = /api\.telegram\.org\/(file\/)?bot|\/bot\d{6,}:[\w-]{30,}/i;

/**
 * Refuses links that hold the token of a Telegram bot, before any message can show them.
 *
 * @throws ItemError that does not show the link
 */
export function refuseBotToken(label: string, text: string): void {
	// Links are short, and a token is never inside of a data URL.
	if (isDataUrl(text) || !BOT_TOKEN.test(text.replace(/%3A/gi, ':').replace(/%2F/gi, '/'))) return;
	throw invalidInput(
		`${label} holds a link of Telegram's bot API, which contains the token of your bot: whoever has the link can use the bot`,
		`Get the file with the Telegram node, and ${USE_FILE}.`,
	);
}

/** Refuses links that MiniMax cannot open, which it would charge nothing for, but tell in words of its own. */
function checkReachable(label: string, url: URL, link: string): void {
	const holds = `${label} holds ${shown(link)}`;
	if (isPrivate(url.hostname)) {
		throw invalidInput(
			`${holds}, which MiniMax cannot open, because ${url.hostname} is inside of your network`,
			`Get the file first, e.g. with the HTTP Request node, and ${USE_FILE}.`,
		);
	}
	const page = sharePageOf(url);
	if (page) {
		throw invalidInput(
			`${holds}, which leads to a page: download it ${page.node ? 'with its node' : 'there'} first`,
			`Get the file${page.node ? ` with the ${page.node} node` : ''}, and ${USE_FILE}.`,
		);
	}
}

/** Some services, and many people, leave the scheme out. */
function withScheme(link: string): string {
	if (/^\/\/[^/]/.test(link)) return `https:${link}`;
	return /^www\.[^\s.]+\.\S/i.test(link) ? `https://${link}` : link;
}

/**
 * A link as MiniMax gets it. Blanks and letters of any script are encoded as a browser does; all else stays as it is.
 *
 * @throws ItemError that shows what is no link, or why MiniMax cannot open it
 */
export function checkLink(label: string, text: string, hosts: LinkHosts): string {
	if (isDataUrl(text)) return text;
	if (text.length > MAX_LINK_CHARACTERS) {
		throw invalidInput(
			`${label} holds ${shown(text)}, which has ${text.length.toLocaleString('en-US')} characters`,
			`A link has up to ${MAX_LINK_CHARACTERS.toLocaleString('en-US')} characters.`,
		);
	}
	const link = withScheme(text.replaceAll('&amp;', '&'));
	const url = parseWebUrl(link);
	if (!url) {
		throw invalidInput(
			`${label} holds ${shown(text)}, which is neither a web link nor an image data URL`,
			'Links start with https:// or http://, data URLs with data:image/jpeg;base64, or data:image/png;base64,',
		);
	}
	if (hosts.isMiniMax) checkReachable(label, url, link);
	return /^https?:\/\/[^/]/i.test(link) && !/[^\x21-\x7e]|["<>`{}]/.test(link) ? link : url.href;
}
