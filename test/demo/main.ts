import { join, resolve } from 'node:path';

import { readAccount } from '../support/account';
import type { Account } from '../support/account';
import { parseArguments } from './arguments';
import { buildPackage } from '../support/build';
import { planFor } from './plan';
import type { Plan } from './plan';
import { inSeconds } from './progress';
import { readReference } from './reference';
import { UsageError } from '../support/usageError';
import { USAGE } from './usage';

const ROOT = join(__dirname, '../..');
const FAILED = 1;
const MISUSED = 2;
const INTERRUPTED = 130;

interface Order {
	plan: Plan;
	account: Account | undefined;
}

/** Reads and checks all that the user gave; undefined when only help was asked for. */
async function readOrder(): Promise<Order | undefined> {
	const demand = parseArguments(process.argv.slice(2));
	if (demand.help) return undefined;
	const account = readAccount(process.env);
	// npm runs scripts in the package's folder, but the path was given where npm was started.
	const from = process.env.INIT_CWD ?? process.cwd();
	const { reference } = demand;
	const portrait =
		reference === undefined ? undefined : await readReference(resolve(from, reference));
	return { plan: planFor(demand, portrait), account };
}

async function build(): Promise<void> {
	const startedAt = Date.now();
	process.stdout.write('Building the package …');
	await buildPackage(ROOT);
	console.log(` done in ${inSeconds(Date.now() - startedAt)}`);
}

async function run(order: Order): Promise<number> {
	await build();
	const stopped = new AbortController();
	const interrupt = () => stopped.abort();
	process.once('SIGINT', interrupt);
	try {
		// The engine takes a second to load, which bad arguments need not wait for.
		const { show } = await import('./show');
		const good = await show({ root: ROOT, ...order, stop: stopped.signal });
		if (stopped.signal.aborted) return INTERRUPTED;
		return good ? 0 : FAILED;
	} finally {
		process.off('SIGINT', interrupt);
	}
}

async function main(): Promise<number> {
	const order = await readOrder();
	if (order) return await run(order);
	console.log(USAGE);
	return 0;
}

main().then(
	(code) => (process.exitCode = code),
	(error: unknown) => {
		const misused = error instanceof UsageError;
		console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
		process.exitCode = misused ? MISUSED : FAILED;
	},
);
