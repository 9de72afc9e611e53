interface SharePage {
	/** The n8n node that downloads the file behind the page, where there is one. */
	node?: string;
	host: RegExp;
	/** Whether a link of the host leads to the file itself after all. */
	isFile?: (url: URL) => boolean;
}

const asks = (url: URL, ...wishes: string[]) =>
	wishes.some((wish) => url.search.slice(1).split('&').includes(wish));

/** Hosts whose links show a page around a file, as people copy them from "Share". */
const SHARE_PAGES: readonly SharePage[] = [
	{
		node: 'Google Drive',
		host: /^(drive|docs|photos)\.google\.com$|^photos\.app\.goo\.gl$/,
		// uc?export=download and thumbnail answer with the file, where it is shared with everybody.
		isFile: ({ hostname, pathname }) =>
			hostname === 'drive.google.com' && /^\/(u\/\d+\/)?(uc|thumbnail)$/.test(pathname),
	},
	{
		node: 'Dropbox',
		host: /^(www\.)?dropbox\.com$/,
		isFile: (url) => asks(url, 'dl=1', 'raw=1'),
	},
	{
		node: 'Microsoft OneDrive',
		host: /^1drv\.ms$|^onedrive\.live\.com$/,
		isFile: (url) => asks(url, 'download=1') || /^\/download(\.aspx)?$/.test(url.pathname),
	},
	{
		node: 'Microsoft SharePoint',
		host: /\.sharepoint\.com$/,
		isFile: (url) => asks(url, 'download=1') || url.pathname.endsWith('/download.aspx'),
	},
	{
		node: 'Slack',
		host: /^[\w-]+\.slack\.com$/,
		isFile: ({ searchParams }) => searchParams.has('pub_secret'),
	},
	{
		node: 'Box',
		host: /^([\w-]+\.)?(app\.)?box\.com$/,
		isFile: ({ pathname }) => pathname.startsWith('/shared/static/'),
	},
	{
		node: 'GitHub',
		host: /^github\.com$/,
		isFile: (url) => !url.pathname.includes('/blob/') || asks(url, 'raw=1', 'raw=true'),
	},
	{
		host: /^((www|share)\.)?icloud\.com$|^(www\.)?(we\.tl|wetransfer\.com|mega\.nz|imgur\.com|ibb\.co)$/,
		isFile: ({ pathname }) => /\.(jpe?g|png)$/i.test(pathname),
	},
];

/** The service whose page a link leads to, instead of the file on it; undefined for all other links. */
export function sharePageOf(url: URL): { node?: string } | undefined {
	const host = url.hostname.replace(/\.$/, '');
	const page = SHARE_PAGES.find((one) => one.host.test(host));
	return page?.isFile?.(url) ? undefined : page;
}
