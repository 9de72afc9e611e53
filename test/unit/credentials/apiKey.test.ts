import { resolveApiKey } from '../../../credentials/apiKey';

test.each([
	' \tsk-1\n',
	'"sk-1"',
	"'sk-1'",
	'“sk-1”',
	'`sk-1`',
	'"sk-1",',
	'sk-1;',
	'Bearer sk-1',
	'bearer\u00a0sk-1',
	'Authorization: Bearer sk-1',
	'MINIMAX_API_KEY=sk-1',
	'MINIMAX=sk-1',
	'minimax=sk-1',
	'export MINIMAX_API_KEY=sk-1',
	'export MINIMAX_API_KEY="sk-1"',
	"set api_key = 'sk-1';",
	'$env:MINIMAX_API_KEY = "sk-1"',
	'"api_key": "sk-1",',
	'export KEY="Bearer sk-1"',
	'sk-\u200b1',
	'\ufeffsk-1\u2060',
])('%j is the key sk-1', (apiKey) => {
	expect(resolveApiKey({ apiKey })).toBe('sk-1');
});

test.each([
	'sk-cp-AbC_123-x',
	'sk-api-AbC_123-x',
	'eyJhbGciOiJSUzI1NiJ9.eyJHcm91cCI6IjEifQ.a-b_c',
	// Of gateways.
	'dGVzdA==',
	'team:secret',
	'team=secret',
	'AB==',
	'a/b+c=',
])('the key %s is sent as it is', (apiKey) => {
	expect(resolveApiKey({ apiKey })).toBe(apiKey);
});

test.each(['', ' \n', undefined, '""', 'Bearer ', '\u200b'])('the key %j is empty', (apiKey) => {
	expect(() => resolveApiKey({ ...(apiKey !== undefined && { apiKey }) })).toThrow(
		/^API Key is empty\. Enter the key of your MiniMax account\.$/,
	);
});

test.each(['sk-1\nsk-2', 'sk-1 sk-2', 'sk–1', 'clé'])(
	'the key %j is refused in plain words, and not repeated in them',
	(apiKey) => {
		const refusal = () => resolveApiKey({ apiKey });
		expect(refusal).toThrow(/^API Key holds a space or another character that no key has/);
		expect(refusal).not.toThrow(apiKey);
	},
);

test.each(['sk-ab***yz', 'sk-ab...yz', 'sk-…', '••••••••'])(
	'the key %j is refused as the form in which sites list keys',
	(apiKey) => {
		expect(() => resolveApiKey({ apiKey })).toThrow(
			/^API Key holds the shortened form in which sites list keys\./,
		);
	},
);

test('a quote within the key is named', () => {
	expect(() => resolveApiKey({ apiKey: 'sk-"1' })).toThrow(/^API Key holds quotes/);
});

test.each(['sk-1 sk-2', 'sk-ab***yz', 'sk-"1', ''])(
	'words on the unusable key %j do not speak of regions',
	(apiKey) => {
		expect(() => resolveApiKey({ apiKey })).not.toThrow(/region/i);
	},
);
