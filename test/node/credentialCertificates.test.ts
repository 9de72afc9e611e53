import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { executeFunctions } from '../support/httpHelpers';
import { testWhere } from '../support/features';
import { sources } from '../support/node';

const TYPE = 'miniMaxImageApi';

/** A value in ASN.1's DER: tag, length, content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
	const { length } = Buffer.concat(parts);
	const size = length < 128 ? [length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.from([tag, ...size]), ...parts]);
}

/** A certificate that nobody has signed but its own key. */
function selfSigned(): { key: string; cert: string } {
	const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const sha256WithEcdsa = der(0x30, der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
	const nobody = der(0x30);
	const always = der(
		0x30,
		der(0x17, Buffer.from('200101000000Z')),
		der(0x17, Buffer.from('491231235959Z')),
	);
	const body = der(
		0x30,
		der(0x02, Buffer.from([1])),
		sha256WithEcdsa,
		nobody,
		always,
		nobody,
		publicKey.export({ type: 'spki', format: 'der' }),
	);
	const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
	const cert = der(0x30, body, sha256WithEcdsa, signature).toString('base64');
	return {
		key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
		cert: `-----BEGIN CERTIFICATE-----\n${cert}\n-----END CERTIFICATE-----\n`,
	};
}

// Somebody in the middle: every tunnel, whatever its host, ends at a server with a certificate of its own making.
const certificate = selfSigned();
const keys: unknown[] = [];
const middle = createSecureServer(certificate, ({ headers }, response) => {
	keys.push(headers.authorization);
	response.end('{}');
});
const proxy = createServer();
const portOf = (server: Pick<Server, 'address'>) => (server.address() as AddressInfo).port;
const tunnels: Socket[] = [];
const before = { ...process.env };
beforeAll(async () => {
	await once(middle.listen(0, '127.0.0.1'), 'listening');
	proxy.on('connect', (_, client) => {
		const server = connect(portOf(middle), '127.0.0.1', () => {
			client.write('HTTP/1.1 200 Connection established\r\n\r\n');
			server.pipe(client).pipe(server);
		});
		server.on('error', () => client.destroy());
		client.on('error', () => server.destroy());
		tunnels.push(server, client as Socket);
	});
	await once(proxy.listen(0, '127.0.0.1'), 'listening');
	Reflect.deleteProperty(process.env, 'no_proxy');
	Reflect.deleteProperty(process.env, 'NO_PROXY');
	process.env.https_proxy = `http://127.0.0.1:${portOf(proxy)}`;
});
beforeEach(() => {
	keys.length = 0;
});
afterAll(async () => {
	Reflect.deleteProperty(process.env, 'https_proxy');
	Object.assign(process.env, before);
	for (const tunnel of tunnels) tunnel.destroy();
	for (const server of [middle, proxy]) {
		server.closeAllConnections();
		await new Promise((closed) => server.close(closed));
	}
});

/** Sends with both of n8n's HTTP helpers, and returns what they said. */
async function send(credentials: ICredentialDataDecryptedObject, options: object) {
	const context = executeFunctions(sources, TYPE, { apiKey: 'sk-1', ...credentials });
	const { requestWithAuthentication, httpRequestWithAuthentication } = context.helpers;
	const url = '/v1/files/list?a=1';
	const requests = [
		requestWithAuthentication.call(context, TYPE, { url, ...options }),
		httpRequestWithAuthentication.call(context, TYPE, { url, ...options } as IHttpRequestOptions),
	];
	return await Promise.all(
		requests.map(
			async (request) =>
				await request.then(
					() => 'sent',
					(error: Error) => error.message,
				),
		),
	);
}

const CASES: [name: string, options: object][] = [
	['not to check', { rejectUnauthorized: false, skipSslCertificateValidation: true }],
	['the agent not to check', { agentOptions: { rejectUnauthorized: false } }],
	[
		'to trust another authority',
		{ agentOptions: { ca: certificate.cert, checkServerIdentity: () => undefined } },
	],
];

test.each(CASES)(
	"nobody in the middle gets the key for a host of MiniMax's own, when the caller asks %s",
	async (_, options) => {
		const custom = { region: 'custom', baseUrl: 'http://api.minimax.chat' };
		for (const credentials of [{ region: 'global' }, custom]) {
			expect(await send(credentials, options)).toEqual([
				expect.stringMatching(/certificate/i),
				expect.stringMatching(/certificate/i),
			]);
		}
		expect(keys).toEqual([]);
	},
);

testWhere('uncheckedTunnels').each(CASES)(
	'a gateway may have a certificate of its own making, when the caller asks %s',
	async (_, options) => {
		const gateway = { region: 'custom', baseUrl: 'https://gateway.example' };

		expect(await send(gateway, options)).toEqual(['sent', 'sent']);
		expect(keys).toEqual(['Bearer sk-1', 'Bearer sk-1']);
	},
);
