import { parseUrl } from '../../../nodes/MiniMaxImage/http/parseUrl';

test('reads an address, alone or beside another', () => {
	expect(parseUrl('https://x.example/a.jpg')?.host).toBe('x.example');
	expect(parseUrl('/b.jpg', 'https://x.example/a.jpg')?.href).toBe('https://x.example/b.jpg');
});

test.each(['', 'a.jpg', 'https://', 'http://[::1'])('%j is none', (text) => {
	expect(parseUrl(text)).toBeUndefined();
});

test('reads hosts of any script, however many came before', () => {
	const hosts = Array.from(
		{ length: 20_000 },
		() => parseUrl('https://bücher.example/a.jpg')?.host,
	);

	expect(new Set(hosts)).toEqual(new Set(['xn--bcher-kva.example']));
});
