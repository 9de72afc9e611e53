import { join, relative } from 'node:path';

import { startSandbox } from '../sandbox';
import { useBinaryStorage } from '../support/engine';
import { sandboxCredential } from '../support/account';
import type { Account } from '../support/account';
import type { Example } from './examples';
import { plannedImages, rowsOf, withParameters } from './examples';
import { loadPackage } from '../support/load';
import { Output } from './output';
import type { Plan } from './plan';
import { Progress, counted } from './progress';
import { runExample } from './run';
import type { RunOptions } from './run';
import { contactSheet } from './sheet';
import type { Result } from './types';

/** Long enough to watch the images come. */
const SANDBOX_LATENCY_MS = 300;
const USD_PER_IMAGE = 0.0035;
const REQUESTS_PER_MINUTE = 10;

export interface ShowOptions {
	/** The folder of the package. */
	root: string;
	plan: Plan;
	/** The account to use; without one, a sandbox is started. */
	account: Account | undefined;
	/** Ends the demo early. */
	stop: AbortSignal;
}

/** Where the images come from. */
interface Service {
	name: string;
	isPaid: boolean;
	credentials: RunOptions['credentials'];
	/** What to change in an example before it runs. */
	adapt: (example: Example) => Example;
	close: () => Promise<void>;
}

async function openService(account: Account | undefined): Promise<Service> {
	if (account) {
		return {
			name: `MiniMax (${account.name})`,
			isPaid: true,
			credentials: account.credentials,
			adapt: (example) => example,
			close: () => Promise.resolve(),
		};
	}
	const sandbox = await startSandbox({ latencyMs: SANDBOX_LATENCY_MS, recordBodies: 'short' });
	return {
		name: 'the sandbox on this machine',
		isPaid: false,
		credentials: sandboxCredential(sandbox),
		// All examples together are more than ten requests, which would wait for the next minute, and
		// the sandbox has no limit to keep to. MiniMax has: there the default stays.
		adapt: (example) => withParameters(example, { options: { requestsPerMinute: 0 } }),
		close: () => sandbox.close(),
	};
}

/** What a user should know before the first request. */
function announce(plan: Plan, account: Account | undefined): string {
	const examples = plan.map(([, example]) => example);
	const images = examples.reduce((sum, example) => sum + plannedImages(example), 0);
	const requests = examples.reduce((sum, example) => sum + rowsOf(example).length, 0);
	const work = `${counted(images, 'image')} in ${counted(plan.length, 'workflow')}`;
	if (!account) {
		return `Using the sandbox on this machine: test pictures, nothing is charged.
With MINIMAX_API_KEY set, MiniMax itself is used. To make: ${work}.`;
	}
	const slow = requests > REQUESTS_PER_MINUTE ? '\nThis waits for the rate limit in between.' : '';
	return `Using MiniMax itself (${account.name}) with the key in MINIMAX_API_KEY.
To make: ${work}. MiniMax CHARGES each image, about ${(images * USD_PER_IMAGE).toFixed(2)} USD in all.${slow}`;
}

const failedAltogether = ({ pictures }: Result) => pictures.length === 0;

/** Tells on the terminal what a workflow did not make. */
function report({ failed }: Result): void {
	for (const { row, message, description } of failed) {
		console.log(`    failed${row === undefined ? '' : `, row ${row}`}: ${message}`);
		if (description) console.log(`      ${description}`);
	}
}

async function runAll(
	plan: Plan,
	service: Service,
	common: Omit<RunOptions, 'credentials' | 'onImage'>,
): Promise<Result[]> {
	const results: Result[] = [];
	for (const [index, [name, example]] of plan.entries()) {
		if (common.stop.aborted) break;
		if (results.some(failedAltogether) && service.isPaid) {
			// The examples are known to work, so the cause is most likely the account or the network.
			console.log('\nThe other workflows are not run, since they would probably fail too.');
			break;
		}
		console.log(`\n${index + 1}/${plan.length} ${example.name}`);
		const progress = new Progress(plannedImages(example));
		const onImage = () => progress.add();
		const { credentials } = service;
		try {
			const options = { ...common, credentials, onImage };
			results.push(await runExample(name, service.adapt(example), options));
		} finally {
			progress.end();
		}
		results.slice(-1).forEach(report);
	}
	return results;
}

function summarize(results: Result[], page: string): void {
	const made = results.reduce((sum, { pictures }) => sum + pictures.length, 0);
	const planned = results.reduce((sum, result) => sum + result.planned, 0);
	console.log(`\n${counted(made, 'image')}, ${Math.max(0, planned - made)} failed.`);
	console.log(`Open ${relative(process.cwd(), page)}\n     ${page}`);
}

/**
 * Runs the examples of a plan, saves their images and the page that shows them.
 *
 * @returns whether every workflow made at least one image
 */
export async function show({ root, plan, account, stop }: ShowOptions): Promise<boolean> {
	console.log(announce(plan, account));
	await useBinaryStorage('filesystem');
	const types = await loadPackage(root);
	const output = await Output.open(join(root, 'output'));
	const service = await openService(account);
	try {
		const results = await runAll(plan, service, {
			types,
			save: (name, fileName, bytes) => output.saveImage(name, fileName, bytes),
			stop,
		});
		await output.savePage(contactSheet(results, { madeBy: service.name, madeAt: new Date() }));
		summarize(results, output.page);
		return results.length === plan.length && !results.some(failedAltogether);
	} finally {
		await service.close();
	}
}
