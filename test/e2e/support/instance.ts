import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { startN8n } from '../host/n8n';
import type { N8nOptions, RunningN8n } from '../host/n8n';
import { N8nRest } from '../host/rest';
import type { SavedCredential } from '../host/rest';
import type { Sandbox } from '../../sandbox';
import { sandboxCredential } from '../../support/account';
import { OWNER, readEnvironment } from './environment';

/** The credential's type, as workflows name it. */
export const CREDENTIAL_TYPE = 'miniMaxImageApi';

/** An n8n of its own, with the package installed and an owner signed in. */
export interface Instance {
	readonly n8n: RunningN8n;
	readonly rest: N8nRest;
	readonly userFolder: string;
	/** Ends n8n and removes its folder. */
	stop(): Promise<void>;
}

/** A fresh user folder with the package installed and an owner. */
export async function copyUserFolder(): Promise<string> {
	const { folder, template } = readEnvironment();
	const userFolder = await mkdtemp(join(folder, 'user-'));
	await cp(template, userFolder, { recursive: true });
	return userFolder;
}

/** Starts an n8n of its own for the tests of a file. */
export async function startInstance(env: N8nOptions['env'] = {}): Promise<Instance> {
	const userFolder = await copyUserFolder();
	const n8n = await startN8n({ host: readEnvironment().host, userFolder, env });
	const rest = new N8nRest(n8n.url);
	const stop = async () => {
		await n8n.stop();
		await rm(userFolder, { recursive: true, force: true });
	};
	try {
		await rest.signIn(OWNER);
	} catch (error) {
		await stop();
		throw error;
	}
	return { n8n, rest, userFolder, stop };
}

/** Makes a credential for a sandbox. */
export async function createSandboxCredential(
	rest: N8nRest,
	sandbox: Sandbox,
	name = 'MiniMax Image account',
): Promise<SavedCredential> {
	return await rest.createCredential({
		name,
		type: CREDENTIAL_TYPE,
		data: sandboxCredential(sandbox),
	});
}
