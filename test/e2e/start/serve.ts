import { relative } from 'node:path';

import type { Account } from '../../support/account';
import type { Host } from '../host/install.cjs';
import { startN8n } from '../host/n8n';
import type { RunningN8n } from '../host/n8n';
import { N8nRest } from '../host/rest';
import type { SavedCredential } from '../host/rest';
import type { DataFolder } from './data';
import { exampleFiles, FIRST_EXAMPLE, readExample } from './examples';
import { removePacing, restorePacing } from './pacing';
import { welcome } from './words';

const CREDENTIAL = { name: 'MiniMax Image account', type: 'miniMaxImageApi' };

/** Where the pictures come from. */
export interface Source extends Account {
	/** Whether it limits the rate of requests. */
	paced: boolean;
}

/** Signs in, with a new account the first time. */
async function enter(rest: N8nRest, { owner }: DataFolder): Promise<void> {
	if (await rest.isNew()) await rest.setUpOwner(owner);
	else await rest.signIn(owner);
}

/** Makes the credential that the examples use, or brings it up to date. */
async function prepareCredential(rest: N8nRest, source: Source): Promise<SavedCredential> {
	const data = source.credentials;
	const saved = (await rest.credentials()).find(
		({ name, type }) => name === CREDENTIAL.name && type === CREDENTIAL.type,
	);
	if (!saved) return await rest.createCredential({ ...CREDENTIAL, data });
	await rest.updateCredential({ ...saved, data });
	return saved;
}

/** Imports the examples that were not there yet, and returns the address of the first one, if it is still there. */
async function importExamples(
	rest: N8nRest,
	data: DataFolder,
	credential: SavedCredential,
	{ paced }: Source,
): Promise<string | undefined> {
	const first = readExample(FIRST_EXAMPLE, credential).name;
	for (const file of exampleFiles()) {
		if (data.isImported(file)) continue;
		const example = readExample(file, credential);
		if (!paced) removePacing(example);
		const { id } = await rest.createWorkflow(example);
		await data.addImported(file, paced ? undefined : id);
	}
	return (await rest.workflows()).find(({ name }) => name === first)?.id;
}

/** Gives imported examples their pacing back, what is published of them included, before they reach a real account. */
async function paceExamples(rest: N8nRest, data: DataFolder): Promise<void> {
	const kept = new Set((await rest.workflows()).map(({ id }) => id));
	for (const id of data.unpaced.filter((unpaced) => kept.has(unpaced))) {
		const workflow = await rest.workflow(id);
		if (!restorePacing(workflow)) continue;
		const saved = await rest.saveWorkflow(workflow);
		if (saved.active) await rest.activate(saved);
	}
	await data.forgetUnpaced();
}

/** What an n8n is started with. */
export interface Order {
	host: Host;
	port: number;
	data: DataFolder;
	source: Source;
}

/** Starts n8n with account, credential and examples, and returns what to tell the user. */
export async function serve({ host, port, data, source }: Order): Promise<{
	n8n: RunningN8n;
	words: string;
}> {
	const n8n = await startN8n({ host, userFolder: data.path, port });
	try {
		const rest = new N8nRest(n8n.url);
		await enter(rest, data);
		if (source.paced) await paceExamples(rest, data);
		const credential = await prepareCredential(rest, source);
		const first = await importExamples(rest, data, credential, source);
		const url = `http://localhost:${port}`;
		const workflows = `${url}/home/workflows`;
		const words = welcome({
			...data.owner,
			workflows,
			firstWorkflow: first ? `${url}/workflow/${first}` : workflows,
			source: source.name,
			kept: relative(process.cwd(), data.path),
		});
		return { n8n, words };
	} catch (error) {
		await n8n.stop();
		throw error;
	}
}
