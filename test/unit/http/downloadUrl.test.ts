import { secureUrl } from '../../../nodes/MiniMaxImage/http/downloadUrl';

test.each<[string, string]>([
	['https://images.example.com/a.jpeg?Sig=x%2By', 'https://images.example.com/a.jpeg?Sig=x%2By'],
	['http://images.example.com/a.jpeg?Sig=x%2By', 'https://images.example.com/a.jpeg?Sig=x%2By'],
	['HTTP://IMAGES.example.com/A', 'https://images.example.com/A'],
	['http://images.example.com:80/a', 'https://images.example.com/a'],
	['http://127.0.0.1.example.com/a', 'https://127.0.0.1.example.com/a'],
	['http://localhost.example.com/a', 'https://localhost.example.com/a'],
	['http://notlocalhost/a', 'https://notlocalhost/a'],
	['http://[::2]/a', 'https://[::2]/a'],
])('%s is fetched from %s', (link, url) => {
	expect(secureUrl(link)).toBe(url);
});

test.each([
	'http://localhost:8080/a',
	'http://images.localhost/a',
	'http://127.0.0.1:5678/a',
	'http://127.1.2.3/a',
	'http://[::1]:80/a',
])('%s, a host on this machine, is taken at its word', (link) => {
	expect(secureUrl(link)).toBe(new URL(link).href);
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
	expect(secureUrl(link)).toBeUndefined();
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
	expect(secureUrl(location, from)).toBe(url);
});
