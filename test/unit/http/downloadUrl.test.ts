import { downloadAddress } from '../../../nodes/MiniMaxImage/http/downloadUrl';

/** MiniMax's own API; one that is inside of the network; one there that speaks http. */
const PUBLIC = new URL('https://api.minimax.io');
const INSIDE = new URL('http://10.0.0.5:8080');
const PLAIN = new URL('http://gateway.example.com:8080');

const urlOf = (link: string, api: URL, base?: string) => {
	const address = downloadAddress(link, api, base);
	return 'url' in address ? address.url : undefined;
};

test.each<[string, string]>([
	['https://images.example.com/a.jpeg?Sig=x%2By', 'https://images.example.com/a.jpeg?Sig=x%2By'],
	['http://images.example.com/a.jpeg?Sig=x%2By', 'https://images.example.com/a.jpeg?Sig=x%2By'],
	['HTTP://IMAGES.example.com/A', 'https://images.example.com/A'],
	['http://images.example.com:80/a', 'https://images.example.com/a'],
	['http://127.0.0.1.example.com/a', 'https://127.0.0.1.example.com/a'],
	['http://localhost.example.com/a', 'https://localhost.example.com/a'],
	['http://[2001:db8::2]/a', 'https://[2001:db8::2]/a'],
	['http://172.32.0.1/a', 'https://172.32.0.1/a'],
	['http://100.128.0.1/a', 'https://100.128.0.1/a'],
])('%s is fetched from %s', (link, url) => {
	expect(urlOf(link, PUBLIC)).toBe(url);
});

test.each([
	'http://localhost:8080/a',
	'http://images.localhost/a',
	'http://127.0.0.1:5678/a',
	'http://127.1.2.3/a',
	'http://[::1]:80/a',
])('%s, a host on this machine, is taken at its word where the API is inside too', (link) => {
	expect(downloadAddress(link, INSIDE)).toEqual({ url: new URL(link).href, isPrivate: true });
	expect(downloadAddress(link, PUBLIC)).toEqual({ refused: 'it leads into your network' });
});

test.each([
	'',
	' ',
	'a.jpeg',
	'/a.jpeg',
	'//images.example.com/a',
	'http://',
	'ftp://images.example.com/a',
	'file:///etc/passwd',
	'data:image/png;base64,AA==',
	'javascript:alert(1)',
])('%j is no link to fetch', (link) => {
	expect(downloadAddress(link, INSIDE)).toEqual({ refused: 'neither http nor https' });
});

test.each<[string, string, string | undefined]>([
	['/b', 'https://images.example.com/a/', 'https://images.example.com/b'],
	['b?x=1', 'https://images.example.com/a/', 'https://images.example.com/a/b?x=1'],
	['//other.example.com/b', 'https://images.example.com/a', 'https://other.example.com/b'],
	['http://other.example.com/b', 'https://images.example.com/a', 'https://other.example.com/b'],
	['/b', 'http://127.0.0.1:8080/a', 'http://127.0.0.1:8080/b'],
	['file:///etc/passwd', 'https://images.example.com/a', undefined],
	['http://[', 'https://images.example.com/a', undefined],
])('a redirect to %s from %s leads to %p', (location, from, url) => {
	expect(urlOf(location, INSIDE, from)).toBe(url);
});

test.each([
	'http://minio:9000/a',
	'http://notlocalhost/a',
	'http://nas.local/a',
	'http://files.internal./a',
	'http://0.0.0.0/a',
	'http://10.1.2.3/a',
	'http://172.16.0.1/a',
	'http://192.168.178.20:8080/a',
	'http://100.64.0.1/a',
	'http://2130706433/a',
	'http://0x7f.1/a',
	'http://[::]/a',
	'http://[fd00::1]:9000/a',
	'http://[::ffff:10.0.0.1]/a',
	'http://[::127.0.0.1]/a',
	'http://[64:ff9b::10.0.0.1]/a',
])(
	'%s, a host inside of the network, is fetched as given, and only for an API in there',
	(link) => {
		const { href } = new URL(link);

		expect(downloadAddress(link, INSIDE)).toEqual({ url: href, isPrivate: true });
		expect(downloadAddress(link, PUBLIC)).toEqual({ refused: 'it leads into your network' });
		expect(downloadAddress(link, PUBLIC, 'https://images.example.com/a')).toEqual({
			refused: 'it leads into your network',
		});
	},
);

test.each([
	'http://169.254.169.254/latest/meta-data/',
	'http://169.254.1.1/a',
	'https://[fe80::1]/a',
	'http://[::ffff:169.254.169.254]/a',
	'http://[64:ff9b::169.254.169.254]/a',
	'http://0xa9fea9fe/a',
	'http://[2002:a9fe:a9fe::1]/a',
	'http://[::ffff:0:169.254.169.254]/a',
	'http://metadata.google.internal./computeMetadata/v1/',
	'http://[fd00:ec2::254]/latest/meta-data/',
	'http://100.100.100.200/latest/meta-data/',
])('%s, an address of the local link, is fetched for nobody', (link) => {
	const refused = { refused: 'it leads to an address of the local link' };

	expect(downloadAddress(link, INSIDE)).toEqual(refused);
	expect(downloadAddress(link, INSIDE, 'http://10.0.0.5/a')).toEqual(refused);
});

test('redirects inside of a network that speaks http alone stay http', () => {
	expect(urlOf('/b', INSIDE, 'http://minio:9000/a')).toBe('http://minio:9000/b');
	expect(urlOf('http://minio:9001/b', INSIDE, 'http://minio:9000/a')).toBe('http://minio:9001/b');
});

test('the host of the API is spoken to as Base URL says', () => {
	const link = 'http://gateway.example.com:8080/a';

	expect(urlOf(link, PLAIN)).toBe(link);
	expect(urlOf(link, new URL('https://gateway.example.com:8080'))).toBe(
		'https://gateway.example.com:8080/a',
	);
	expect(urlOf(link, new URL('http://gateway.example.com'))).toBe(
		'https://gateway.example.com:8080/a',
	);
});

test('a name and a password in a link are left out, since they would become a header', () => {
	expect(urlOf('https://user:secret@images.example.com/a', PUBLIC)).toBe(
		'https://images.example.com/a',
	);
});
