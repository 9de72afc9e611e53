import type {
	IAuthenticateRuleResponseCode,
	IAuthenticateRuleResponseSuccessBody,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
	Icon,
} from 'n8n-workflow';

import { REGIONS, WHERE_KEYS_ARE_ISSUED, resolveApiKey, resolveBaseUrl } from './regions';

const KEY_REFUSED =
	'MiniMax did not accept this API key. The most likely cause is the Region: ' +
	`${WHERE_KEYS_ARE_ISSUED}. Otherwise the key is mistyped, expired or deleted.`;

const REDIRECTED =
	'The host redirects to another address, and the API key is never sent along a redirect. ' +
	'Enter the final address as Base URL.';

const NOT_THE_API =
	'The address answers with a web page, not like the MiniMax API. Check Region and Base URL.';

/** A key refused with HTTP 200: the status is in the body (codes 1004 and 2049, API reference). */
const refusedInBody = (code: number): IAuthenticateRuleResponseSuccessBody => ({
	type: 'responseSuccessBody',
	properties: { key: 'base_resp.status_code', value: code, message: KEY_REFUSED },
});

const onStatus = (value: number, message: string): IAuthenticateRuleResponseCode => ({
	type: 'responseCode',
	properties: { value, message },
});

/** Key and region of a MiniMax account. The key goes to the region's host in one header, and nowhere else. */
export class MiniMaxImageApi implements ICredentialType {
	name = 'miniMaxImageApi';

	displayName = 'MiniMax Image API';

	icon: Icon = {
		light: 'file:../icons/minimaxImage.svg',
		dark: 'file:../icons/minimaxImage.dark.svg',
	};

	documentationUrl =
		'https://github.com/n8n-nodes-minimax-image/n8n-nodes-minimax-image#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'The key of your MiniMax account, from API Keys on the site of your region',
		},
		{
			displayName: 'Region',
			name: 'region',
			type: 'options',
			options: [
				...REGIONS.map(({ name, value, keysIssuedAt }) => ({
					name,
					value,
					description: `For keys issued at ${keysIssuedAt}`,
				})),
				{
					name: 'Custom',
					value: 'custom',
					description: 'A gateway or proxy in front of MiniMax',
				},
			],
			default: 'global',
			description: 'Where the key was issued. A key works only with the region it belongs to.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			displayOptions: { show: { region: ['custom'] } },
			required: true,
			default: '',
			placeholder: 'e.g. https://gateway.example.com',
			description: 'Address of the gateway or proxy, without /v1',
		},
	];

	/**
	 * Adds the key to a request for the host that the credential chooses, and refuses every other host.
	 * A function rather than a template, since it has to refuse a bad Base URL in plain words.
	 *
	 * @throws Error in plain words: bad Base URL, empty key, request for another host
	 */
	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const baseUrl = resolveBaseUrl(credentials);
		const target = new URL(requestOptions.url, requestOptions.baseURL ?? baseUrl);
		if (target.origin !== new URL(baseUrl).origin) {
			throw new Error(
				`This credential is for ${new URL(baseUrl).origin} only. Its key is not sent to ${target.origin}.`,
			);
		}
		const headers = {
			...requestOptions.headers,
			Authorization: `Bearer ${resolveApiKey(credentials)}`,
		};
		return { ...requestOptions, headers };
	};

	// A free call that needs the key. It answers HTTP 200 for a bad key too, hence the rules.
	test: ICredentialTestRequest = {
		request: {
			baseURL: `={{ (${JSON.stringify(
				Object.fromEntries(REGIONS.map(({ value, baseUrl }) => [value, baseUrl])),
			)})[$credentials.region] ?? String($credentials.baseUrl).trim().replace(/\\/+$/, "").replace(/\\/v1$/, "") }}`,
			url: '/v1/files/list',
			qs: { purpose: 'voice_clone' },
			disableFollowRedirect: true,
		},
		// n8n's tester applies mixed rules; only the type asks for one kind.
		rules: [
			refusedInBody(1004),
			refusedInBody(2049),
			{
				type: 'responseSuccessBody',
				properties: { key: '[0]', value: '<', message: NOT_THE_API },
			},
			onStatus(401, KEY_REFUSED),
			...[301, 302, 303, 307, 308].map((status) => onStatus(status, REDIRECTED)),
		] as IAuthenticateRuleResponseSuccessBody[],
	};
}
