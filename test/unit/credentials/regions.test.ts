import {
	REGIONS,
	WHERE_KEYS_ARE_ISSUED,
	isMiniMaxHost,
	regionName,
	resolveBaseUrl,
} from '../../../credentials/regions';

const custom = (baseUrl: string) => ({ region: 'custom', baseUrl });

test.each([
	['global', 'https://api.minimax.io', 'Global'],
	['china', 'https://api.minimaxi.com', 'China Mainland'],
	['chinaNew', 'https://api.minimax.cn', 'China Mainland (New Host)'],
])('the region %s has the host %s, whatever Base URL holds', (region, host, name) => {
	expect(resolveBaseUrl({ region, baseUrl: 'https://evil.example.com' })).toBe(host);
	expect(regionName(region)).toBe(name);
});

test('every region tells where its keys are issued', () => {
	for (const { keysIssuedAt } of REGIONS) expect(WHERE_KEYS_ARE_ISSUED).toContain(keysIssuedAt);
});

test.each([
	['https://gateway.example.com', 'https://gateway.example.com'],
	['https://gateway.example.com/', 'https://gateway.example.com'],
	['https://gateway.example.com///', 'https://gateway.example.com'],
	['https://gateway.example.com/v1', 'https://gateway.example.com'],
	['https://gateway.example.com/v1/', 'https://gateway.example.com'],
	[' https://gateway.example.com\n', 'https://gateway.example.com'],
	['HTTPS://Gateway.Example.com', 'https://gateway.example.com'],
	['https://gateway.example.com:443', 'https://gateway.example.com'],
	['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
	['https://gateway.example.com/minimax', 'https://gateway.example.com/minimax'],
	['https://gateway.example.com/minimax/v1/', 'https://gateway.example.com/minimax'],
	['https://gateway.example.com//minimax', 'https://gateway.example.com/minimax'],
	['https://gateway.example.com/v10', 'https://gateway.example.com/v10'],
	['https://gateway.example.com/v1/image_generation', 'https://gateway.example.com'],
	['https://gateway.example.com//v1//image_generation//', 'https://gateway.example.com'],
	['https://gateway.example.com/v1/v1/', 'https://gateway.example.com'],
	['https://gateway.example.com/minimax//v1', 'https://gateway.example.com/minimax'],
	[
		'https://gateway.example.com/v1/account/minimax',
		'https://gateway.example.com/v1/account/minimax',
	],
	['https://gateway.example.com/v1/text/chatcompletion_v2', 'https://gateway.example.com'],
	['https://gateway.example.com/ai/v1/chat/completions', 'https://gateway.example.com/ai'],
	['"https://gateway.example.com/v1"', 'https://gateway.example.com'],
	['<https://gateway.example.com>', 'https://gateway.example.com'],
	['https://gateway.example.com/my-anthropic', 'https://gateway.example.com/my-anthropic'],
	['https://gateway.\u200bexample.com\ufeff', 'https://gateway.example.com'],
])('the Base URL %j means %s', (given, baseUrl) => {
	expect(resolveBaseUrl(custom(given))).toBe(baseUrl);
});

test.each(['', ' ', undefined, null])('the Base URL %j is empty', (baseUrl) => {
	expect(() => resolveBaseUrl({ region: 'custom', ...(baseUrl !== null && { baseUrl }) })).toThrow(
		'Base URL is empty. Enter the address of your gateway',
	);
});

test.each(['gateway.example.com', 'localhost:8080', 'ftp://example.com', 'https://', '/v1'])(
	'the Base URL %j is no web address',
	(baseUrl) => {
		expect(() => resolveBaseUrl(custom(baseUrl))).toThrow(
			`Base URL "${baseUrl}" is not a web address`,
		);
	},
);

test.each(['https://user@example.com', 'https://user:secret@example.com', 'https://:x@a.example'])(
	'the Base URL %s, which holds a user or a password, is refused without repeating it',
	(baseUrl) => {
		expect(() => resolveBaseUrl(custom(baseUrl))).toThrow(
			/^Base URL must not hold a user name or password\. Only the API Key is sent\.$/,
		);
	},
);

test('a region that does not exist counts as custom', () => {
	expect(resolveBaseUrl({ region: 'moon', baseUrl: 'https://a.example' })).toBe(
		'https://a.example',
	);
	expect(regionName('moon')).toBe('Custom');
});

test.each([
	'https://gateway.example.com/?key=abc',
	'https://gateway.example.com/v1?key=abc',
	'https://gateway.example.com/v1/image_generation?GroupId=1',
	'https://gateway.example.com/#models',
])('the Base URL %s is refused for its query or fragment, without repeating it', (baseUrl) => {
	const refusal = () => resolveBaseUrl(custom(baseUrl));
	expect(refusal).toThrow(/^Base URL must not hold a query \("\?"\) or a fragment \("#"\)/);
	expect(refusal).not.toThrow(baseUrl);
});

test.each([
	'https://api.minimax.io/anthropic',
	'https://api.minimax.io/anthropic/',
	'https://api.minimax.io/anthropic/v1',
	'https://api.minimax.io/anthropic//v1/messages',
])('the Base URL %s is refused, since that interface makes no images', (baseUrl) => {
	expect(() => resolveBaseUrl(custom(baseUrl))).toThrow(
		/^Base URL ends in \/anthropic, an interface of MiniMax for text alone\./,
	);
});

test.each([
	['https://platform.minimax.io', 'Global'],
	['https://platform.minimaxi.com/v1', 'China Mainland'],
])('the Base URL %s is refused: it makes keys, and the Region is %s', (baseUrl, region) => {
	expect(() => resolveBaseUrl(custom(baseUrl))).toThrow(`Choose the Region ${region} instead`);
});

test.each(['sk-api-secret', 'ftp://user:secret@example.com', 'eyJhbGciOi.secret'])(
	'a secret in the place of a Base URL is not repeated: %s',
	(baseUrl) => {
		expect(() => resolveBaseUrl(custom(baseUrl))).toThrow(/^Base URL is not a web address\./);
	},
);

test('the two hosts of China tell how to choose between them', () => {
	const told = REGIONS.filter(({ keysIssuedAt }) => keysIssuedAt === 'platform.minimaxi.com').map(
		({ howToChoose }) => howToChoose,
	);

	expect(told).toEqual([
		expect.stringMatching(/older host, api\.minimaxi\.com.*keys are the same/),
		expect.stringMatching(/since September 2026, api\.minimax\.cn.*keys are the same/),
	]);
});

test.each([
	['http://api.minimax.io', 'https://api.minimax.io'],
	['HTTP://API.MiniMax.IO:80/v1', 'https://api.minimax.io'],
	['http://api.minimaxi.com', 'https://api.minimaxi.com'],
	['http://api.minimax.cn/v1/image_generation', 'https://api.minimax.cn'],
	['http://api.minimax.chat', 'https://api.minimax.chat'],
	['http://api.minimaxi.chat.', 'https://api.minimaxi.chat.'],
	['http://api-uw.minimax.io:8080/x', 'https://api-uw.minimax.io:8080/x'],
	['http://api.minimax.io:443', 'https://api.minimax.io'],
])("the Base URL %s of a host of MiniMax's own is %s", (given, baseUrl) => {
	expect(resolveBaseUrl(custom(given))).toBe(baseUrl);
});

test.each(['http://minimax', 'http://10.0.0.7:3000', 'http://api.minimax.io.corp', 'http://a.lan'])(
	'the Base URL %s of another host stays http',
	(baseUrl) => {
		expect(resolveBaseUrl(custom(baseUrl))).toBe(baseUrl);
	},
);

test.each([
	...REGIONS.map(({ baseUrl }) => new URL(baseUrl).hostname),
	...['minimax.io', 'api.minimax.io.', 'a.b.minimax.chat', 'api.minimaxi.chat', 'www.minimaxi.com'],
])("%s is a host of MiniMax's own", (hostname) => {
	expect(isMiniMaxHost(hostname)).toBe(true);
});

test.each([
	...['', 'minimax', 'evil-minimax.io', 'xminimax.io', 'minimax.io.evil.example', 'minimax.com'],
	...['minimaxi.io', 'minimaxi.cn', 'minimaxaio', 'api.minimax.io..', '127.0.0.1', 'minimax.local'],
])("%s is no host of MiniMax's own", (hostname) => {
	expect(isMiniMaxHost(hostname)).toBe(false);
});
