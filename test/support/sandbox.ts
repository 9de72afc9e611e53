import type { Sandbox, SandboxOptions } from '../sandbox';
import { startSandbox } from '../sandbox';
import type { NodeRun, NodeRunOptions, RunningNode } from './node';
import { runNode, sandboxCredential, startNode } from './node';

export interface SandboxedNode {
	/** The sandbox of this test file. */
	readonly sandbox: Sandbox;
	run(options?: Partial<NodeRunOptions>): Promise<NodeRun>;
	start(options?: Partial<NodeRunOptions>): RunningNode;
}

/** Starts a sandbox for the tests of a file, clean before each, and runs the node against it. */
export function describeSandbox(options?: SandboxOptions): SandboxedNode {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await startSandbox(options);
	});
	beforeEach(() => sandbox.reset());
	// Throws when the key reached the image host.
	afterAll(async () => await sandbox.close());

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
	};
}
