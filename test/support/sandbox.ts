import { setTimeout as sleep } from 'node:timers/promises';

import type { Sandbox, SandboxOptions } from '../sandbox';
import { startSandbox } from '../sandbox';
import { sandboxCredential } from './account';
import type { NodeRun, NodeRunOptions, RunningNode } from './node';
import { runNode, startNode } from './node';

export interface SandboxedNode {
	/** The sandbox of this test. */
	readonly sandbox: Sandbox;
	run(options?: Partial<NodeRunOptions>): Promise<NodeRun>;
	start(options?: Partial<NodeRunOptions>): RunningNode;
	/** Waits until the sandbox has seen so many requests, 10 seconds at most, and a while for more of them. */
	requestsReach(count: number, moreMs: number): Promise<void>;
}

/**
 * Gives each test of a file a sandbox of its own, and runs the node against it. The pace that the node learns
 * belongs to key and host, so that tests on a shared host would slow one another.
 */
export function describeSandbox(options?: SandboxOptions): SandboxedNode {
	let sandbox: Sandbox;
	beforeEach(async () => {
		sandbox = await startSandbox(options);
	});
	// Throws when the key reached the image host.
	afterEach(async () => await sandbox.close());

	const withCredential = (run: Partial<NodeRunOptions> = {}): NodeRunOptions => ({
		credentials: sandboxCredential(sandbox),
		...run,
	});
	return {
		get sandbox() {
			return sandbox;
		},
		run: async (run) => await runNode(withCredential(run)),
		start: (run) => startNode(withCredential(run)),
		requestsReach: async (count, moreMs) => {
			const deadline = Date.now() + 10_000;
			while (sandbox.requests.length < count && Date.now() < deadline) await sleep(20);
			await sleep(moreMs);
		},
	};
}
