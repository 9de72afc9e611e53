import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startSandbox } from '../../sandbox';
import type { Sandbox } from '../../sandbox';
import { readAccount, sandboxCredential } from '../../support/account';
import { buildPackage, packPackage } from '../../support/build';
import { UsageError } from '../../support/usageError';
import { installPackage } from '../host/package';
import { isTaken } from '../host/ports';
import { parseArguments } from './arguments';
import { DataFolder } from './data';
import type { Beginning } from './main.cjs';
import { serve } from './serve';
import type { Order, Source } from './serve';
import { USAGE } from './words';

const ROOT = join(__dirname, '../../..');
const DATA = join(ROOT, '.n8n/data');
const MISUSED = 2;

/** Builds the package and installs its tarball the way users get it. */
async function installBuiltPackage(userFolder: string): Promise<void> {
	await buildPackage(ROOT);
	const folder = await mkdtemp(join(tmpdir(), 'minimax-image-start-'));
	try {
		await installPackage(await packPackage(ROOT, folder), userFolder);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

const sandboxSource = (sandbox: Sandbox): Source => ({
	name: 'the sandbox, which draws them; nothing is charged',
	credentials: sandboxCredential(sandbox),
	paced: false,
});

/** Runs n8n until somebody stops it. Throws an Error when it ends by itself. */
async function run(order: Order, { progress, onInterrupt }: Beginning): Promise<void> {
	progress.show(`Starting n8n ${order.host.version}`);
	const { n8n, words } = await serve(order);
	progress.end();
	console.log(words);
	const interrupted = new Promise<'interrupted'>((resolve) => {
		onInterrupt(() => resolve('interrupted'));
	});
	const end = await Promise.race([interrupted, n8n.ended]);
	if (end !== 'interrupted') throw new Error(`n8n has ended; its words are in ${n8n.log}`);
	console.log('\nStopping …');
	await n8n.stop();
}

async function prepareAndRun(beginning: Beginning): Promise<void> {
	const { args, during, prepareHost } = beginning;
	const { help, port, reset } = parseArguments(args);
	if (help) return console.log(USAGE);
	const account = readAccount(process.env);
	if (await isTaken(port)) {
		throw new UsageError(`Port ${port} is in use. Choose another: npm start -- --port ${port + 1}`);
	}
	const data = await DataFolder.open(DATA, { reset });
	const [host] = await Promise.all([
		prepareHost(),
		during('this package', () => installBuiltPackage(data.path)),
	]);
	await data.shareWorkflowPackage(host);
	if (account) {
		const name = `MiniMax (${account.name}); every picture is charged`;
		const source = { ...account, name, paced: true };
		return await run({ host, port, data, source }, beginning);
	}
	const sandbox = await startSandbox({ recordBodies: 'short' });
	try {
		await run({ host, port, data, source: sandboxSource(sandbox) }, beginning);
	} finally {
		await sandbox.close();
	}
}

/** Does what the command line asks for, and returns the exit code. Throws an Error that says what failed. */
export async function start(beginning: Beginning): Promise<number> {
	try {
		await prepareAndRun(beginning);
		return 0;
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		beginning.progress.end();
		console.error(`start: ${error.message}`);
		return MISUSED;
	}
}
