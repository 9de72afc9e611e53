import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startSandbox } from '../../sandbox';
import type { Sandbox } from '../../sandbox';
import { readAccount, sandboxCredential } from '../../support/account';
import type { Account } from '../../support/account';
import { buildPackage, packPackage } from '../../support/build';
import { UsageError } from '../../support/usageError';
import { installHost } from '../host/install';
import { installPackage } from '../host/package';
import { isTaken } from '../host/ports';
import { ProgressLine } from '../host/progress';
import { parseArguments } from './arguments';
import { DataFolder } from './data';
import { serve } from './serve';
import type { Order } from './serve';
import { USAGE } from './words';

const ROOT = join(__dirname, '../../..');
const DATA = join(ROOT, '.n8n/data');
const FAILED = 1;
const MISUSED = 2;
const INTERRUPTED = 130;

/** Until n8n runs there is nothing to end in order; leaving ends the processes that were started. */
let onInterrupt: () => void = () => process.exit(INTERRUPTED);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => onInterrupt());

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

function sandboxAccount(sandbox: Sandbox): Account {
	return {
		name: 'the sandbox, which draws them; nothing is charged',
		credentials: sandboxCredential(sandbox),
	};
}

/** Runs n8n until somebody stops it. Throws an Error when it ends by itself. */
async function run(order: Order, progress: ProgressLine): Promise<void> {
	progress.show(`Starting n8n ${order.host.version}`);
	const { n8n, words } = await serve(order);
	progress.end();
	console.log(words);
	const interrupted = new Promise<'interrupted'>((resolve) => {
		onInterrupt = () => resolve('interrupted');
	});
	const end = await Promise.race([interrupted, n8n.ended]);
	if (end !== 'interrupted') throw new Error(`n8n has ended; its words are in ${n8n.log}`);
	console.log('\nStopping …');
	await n8n.stop();
}

async function start(progress: ProgressLine): Promise<void> {
	const { help, port, reset } = parseArguments(process.argv.slice(2));
	if (help) return console.log(USAGE);
	const userAccount = readAccount(process.env);
	if (await isTaken(port)) {
		throw new UsageError(`Port ${port} is in use. Choose another: npm start -- --port ${port + 1}`);
	}
	const host = await installHost(progress.show);
	progress.show('Building and installing the package');
	const data = await DataFolder.open(DATA, { reset });
	await data.shareWorkflowPackage(host);
	await installBuiltPackage(data.path);
	if (userAccount) {
		const name = `MiniMax (${userAccount.name}); every picture is charged`;
		return await run({ host, port, data, account: { ...userAccount, name } }, progress);
	}
	const sandbox = await startSandbox({ recordBodies: 'short' });
	try {
		await run({ host, port, data, account: sandboxAccount(sandbox) }, progress);
	} finally {
		await sandbox.close();
	}
}

const progress = new ProgressLine();
start(progress).then(
	() => process.exit(0),
	(error: unknown) => {
		progress.end();
		console.error(`start: ${error instanceof Error ? error.message : String(error)}`);
		process.exit(error instanceof UsageError ? MISUSED : FAILED);
	},
);
