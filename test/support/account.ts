import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { REGIONS, regionName, resolveBaseUrl } from '../../credentials/regions';
import type { Sandbox } from '../sandbox';
import { UsageError } from './usageError';

/** A MiniMax account to use instead of the sandbox. */
export interface Account {
	/** Region and host, for people. */
	name: string;
	credentials: ICredentialDataDecryptedObject;
}

/** The credential that leads to a sandbox. */
export const sandboxCredential = ({
	url,
	key,
}: Pick<Sandbox, 'url' | 'key'>): ICredentialDataDecryptedObject => ({
	apiKey: key,
	region: 'custom',
	baseUrl: url,
});

const REGION_VALUES = [...REGIONS.map(({ value }) => value), 'custom'];

/**
 * The account that the environment names; undefined without a key, which asks for the sandbox.
 *
 * @throws UsageError for an unknown region, or `custom` without a usable address
 */
export function readAccount(environment: NodeJS.ProcessEnv): Account | undefined {
	const region = environment.MINIMAX_REGION?.trim() || 'global';
	if (!REGION_VALUES.includes(region)) {
		throw new UsageError(
			`MINIMAX_REGION is "${region}", but must be one of: ${REGION_VALUES.join(', ')}`,
		);
	}
	const apiKey = environment.MINIMAX_API_KEY?.trim();
	if (!apiKey) return undefined;
	const baseUrl = region === 'custom' ? (environment.MINIMAX_BASE_URL ?? '') : '';
	const credentials = { apiKey, region, baseUrl };
	try {
		const { host } = new URL(resolveBaseUrl(credentials));
		return { name: `${regionName(region)}, ${host}`, credentials };
	} catch (error) {
		throw new UsageError(`MINIMAX_BASE_URL does not work: ${(error as Error).message}`);
	}
}
