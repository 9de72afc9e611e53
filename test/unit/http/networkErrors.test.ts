import { CODES } from '../../../nodes/MiniMaxImage/api/codes';
import { BodyError } from '../../../nodes/MiniMaxImage/http/body';
import { toFailure } from '../../../nodes/MiniMaxImage/http/networkErrors';

const KEY = 'sk-secret-0001';

/** An error as HTTP clients throw it: it carries the request, and with it the key. */
const failed = (code: unknown, message = 'failed', cause?: unknown) =>
	Object.assign(new Error(message, { cause }), {
		code,
		config: { headers: { Authorization: `Bearer ${KEY}` } },
		request: { _header: `authorization: Bearer ${KEY}` },
	});

const MEANINGS: Record<string, string[]> = {
	unreachable: ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EADDRNOTAVAIL'],
	dns: ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL'],
	reset: ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_BAD_RESPONSE'],
	certificate: ['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'],
	cancelled: ['ERR_CANCELED'],
};

const codes: [string, string][] = [
	...Object.entries(MEANINGS).flatMap(([meaning, list]) =>
		list.map((code): [string, string] => [code, meaning]),
	),
	['HPE_INVALID_CONSTANT', 'reset'],
	['Z_DATA_ERROR', 'reset'],
	['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate'],
	['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate'],
	['EPROTO', 'certificate'],
];

test.each(codes)('%s means %s, in the error or in a cause', (code, meaning) => {
	const expected = { code: meaning, detail: code };

	expect(toFailure(failed(code))).toEqual(expected);
	expect(toFailure(failed('ERR_NETWORK', 'wrapped', failed(code)))).toEqual(expected);
	expect(toFailure(new Error('a', { cause: new Error('b', { cause: failed(code) }) }))).toEqual(
		expected,
	);
});

test.each(codes)('%s has words of its own for the user (%s)', (_code, meaning) => {
	expect(CODES).toHaveProperty(meaning);
});

test.each(['timeout of 180000ms exceeded', 'Timeout'])(
	'"%s" is a time-out, after which nothing is known of the request',
	(words) => {
		expect(toFailure(failed('ECONNABORTED', words))).toEqual({ code: 'timeout' });
		expect(toFailure(failed(undefined, 'x', failed('ECONNABORTED', words)))).toEqual({
			code: 'timeout',
		});
	},
);

test('a connection that could not be made in time is safe to try again', () => {
	expect(toFailure(failed('ETIMEDOUT', 'connect timeout'))).toEqual({
		code: 'unreachable',
		detail: 'ETIMEDOUT',
	});
});

test('a body that is too slow or too large says so', () => {
	expect(toFailure(new BodyError('tooSlow'))).toEqual({ code: 'timeout' });
	expect(toFailure(new BodyError('tooLarge'))).toEqual({ code: 'tooLarge' });
});

test('the outermost code that means something decides', () => {
	expect(toFailure(failed('ENOTFOUND', 'x', failed('ECONNRESET')))).toMatchObject({ code: 'dns' });
});

test.each<[string, unknown, string | undefined]>([
	['an unknown code', failed('E_STRANGE', 'strange'), 'strange'],
	['a numeric code', failed(7, 'strange'), 'strange'],
	['no code', new Error('blocked by policy'), 'blocked by policy'],
	['words in the cause alone', new Error('', { cause: new Error('inner') }), 'inner'],
	['an object of another kind', { message: 'plain' }, 'plain'],
	['no words', new Error(''), undefined],
	['nothing', undefined, undefined],
	['null', null, undefined],
])('%s means that the connection was not possible', (_name, error, detail) => {
	expect(toFailure(error)).toEqual({ code: 'notAllowed', detail });
});

test('causes that lead in a circle end', () => {
	const circle = failed(undefined, 'round');
	circle.cause = failed(undefined, 'and round', circle);

	expect(toFailure(circle)).toEqual({ code: 'notAllowed', detail: 'round' });
});

test.each(['ECONNREFUSED', 'E_STRANGE', 'ECONNABORTED', undefined])(
	'the key in the request of an error (%p) is left behind',
	(code) => {
		expect(JSON.stringify(toFailure(failed(code, 'x', failed(code))))).not.toContain(KEY);
	},
);
