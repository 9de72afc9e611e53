import { downloadUrls } from '../../../nodes/MiniMaxImage/http/downloadUrl';

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
	expect(downloadUrls(link)).toEqual([url]);
});

test.each([
	'http://localhost:8080/a',
	'http://images.localhost/a',
	'http://127.0.0.1:5678/a',
	'http://127.1.2.3/a',
	'http://[::1]:80/a',
])('%s, a host on this machine, is taken at its word', (link) => {
	expect(downloadUrls(link)).toEqual([new URL(link).href]);
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
	expect(downloadUrls(link)).toEqual([]);
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
	expect(downloadUrls(location, undefined, from)).toEqual(url === undefined ? [] : [url]);
});

test.each([
	'http://minio:9000/a',
	'http://notlocalhost/a',
	'http://nas.local/a',
	'http://files.internal./a',
	'http://10.1.2.3/a',
	'http://172.16.0.1/a',
	'http://192.168.178.20:8080/a',
	'http://169.254.1.1/a',
	'http://100.64.0.1/a',
	'http://[fd00::1]:9000/a',
	'http://[fe80::1]/a',
	'http://[::ffff:10.0.0.1]/a',
])('%s, a host inside of the network, is fetched as given where https is not spoken', (link) => {
	const { href } = new URL(link);

	expect(downloadUrls(link)).toEqual([href.replace('http:', 'https:'), href]);
});

test('the host of the API need not speak https either', () => {
	const link = 'http://gateway.example.com:8080/a';

	expect(downloadUrls(link, 'gateway.example.com:8080')).toEqual([
		'https://gateway.example.com:8080/a',
		link,
	]);
	expect(downloadUrls(link, 'gateway.example.com')).toHaveLength(1);
});
