import type {
	IAuthenticateRuleResponseSuccessBody,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
	Icon,
} from 'n8n-workflow';

import { resolveApiKey } from './apiKey';
import {
	checkingCertificates,
	headersBesideKey,
	isPaid,
	refuseDetours,
	resolveDestination,
} from './destination';
import { lendHelpers, testHost } from './hostTest';
import { REGIONS, isMiniMaxHost, resolveBaseUrl } from './regions';
import { FAILING_STATUSES, FREE_CALL, RULES } from './verdict';

/** For n8n's current HTTP helper and for its older one: no version of them keeps the key from every other host. */
const NO_REDIRECTS = {
	disableFollowRedirect: true,
	followRedirect: false,
	followAllRedirects: false,
	maxRedirects: 0,
	sendCredentialsOnCrossOriginRedirect: false,
};

/**
 * A request with the key, for the host that the credential chooses.
 * What callers name the address by (`url`, `uri`, `baseURL`) gives way to the address itself, whole: what was
 * checked is then what n8n uses.
 *
 * @throws Error in plain words: bad Base URL, unusable key, request for another host
 */
function withKey(
	credentials: ICredentialDataDecryptedObject,
	request: IHttpRequestOptions,
): IHttpRequestOptions {
	const destination = resolveDestination(request, resolveBaseUrl(credentials));
	refuseDetours(request, destination);
	const address = {
		url: destination.href,
		uri: undefined,
		baseURL: undefined,
		baseUrl: undefined,
	};
	return {
		...(isMiniMaxHost(destination.hostname) ? checkingCertificates(request) : request),
		...address,
		...NO_REDIRECTS,
		// n8n's HTTP client would send this in the key's place.
		auth: undefined,
		...(isPaid(request, destination) && { abortSignal: undefined }),
		headers: {
			...headersBesideKey(request, destination),
			Authorization: `Bearer ${resolveApiKey(credentials)}`,
		},
	};
}

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
				...REGIONS.map(({ name, value, keysIssuedAt, howToChoose }) => ({
					name,
					value,
					description: [`For keys issued at ${keysIssuedAt}.`, howToChoose].join(' ').trim(),
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
			description: 'Address of the gateway or proxy: what stands before /v1/image_generation',
			hint: 'Keys come from whoever runs this host. With http:// the key travels in clear text.',
		},
		...REGIONS.map(({ value, keysIssuedAt, keysPage }): INodeProperties => ({
			displayName: `Make a key at <a href="${keysPage}" target="_blank">${keysIssuedAt}</a>, under API Keys, or use one you made there`,
			name: `${value}KeysNotice`,
			type: 'notice',
			displayOptions: { show: { region: [value] } },
			default: '',
		})),
		{
			// Always empty: n8n calls preAuthentication only for a credential with such a field, while it is empty.
			displayName: 'Host Test',
			name: 'hostTest',
			type: 'hidden',
			typeOptions: { expirable: true },
			default: '',
		},
	];

	/**
	 * Adds the key to a request for the host that the credential chooses, and refuses every other host.
	 * A function rather than a template, since it decides on the very address that n8n will use.
	 *
	 * @throws Error in plain words: bad Base URL, unusable key, request for another host
	 */
	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const request = withKey(credentials, requestOptions);
		// Only the test names its call by the path alone.
		const isTest = requestOptions.url === FREE_CALL.url;
		return isTest ? await testHost(credentials, request) : request;
	};

	/**
	 * Called by n8n before `authenticate`, and with an HTTP helper. It is the one place where a community node gets
	 * one for the test, so that a host that does not answer is told of in words: `test` shows the code of the
	 * connection, and `methods.credentialTest` has no helper but `request`, which n8n's rules for community nodes forbid.
	 * Returns nothing for n8n to keep.
	 */
	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		lendHelpers(credentials, this.helpers);
		return {};
	}

	// The address of a custom host comes from `authenticate`, as in all requests: one reading of Base URL.
	test: ICredentialTestRequest = {
		request: {
			baseURL: `={{ (${JSON.stringify(
				Object.fromEntries(REGIONS.map(({ value, baseUrl }) => [value, baseUrl])),
			)})[$credentials.region] ?? "" }}`,
			...FREE_CALL,
			disableFollowRedirect: true,
			ignoreHttpStatusErrors: { ignore: true, except: FAILING_STATUSES },
		},
		// n8n's tester applies mixed rules; only the type asks for one kind.
		rules: RULES as IAuthenticateRuleResponseSuccessBody[],
	};
}
