import type { INodeParameters } from 'n8n-workflow';

import type { WorkflowFile } from '../host/rest';

const OUR_NODES = 'n8n-nodes-minimax-image.';

type Nodes = Pick<WorkflowFile, 'nodes'>;

const optionsOf = ({ nodes }: Nodes): INodeParameters[] =>
	nodes
		.filter(({ type }) => type.startsWith(OUR_NODES))
		.map(({ parameters }) => (parameters.options ??= {}) as INodeParameters);

/** Has the MiniMax Image nodes of a workflow wait for no rate limit, since the sandbox has no account to protect. */
export function removePacing(workflow: Nodes): void {
	for (const options of optionsOf(workflow)) options.requestsPerMinute = 0;
}

/** Takes back what `removePacing` did, and returns whether there was anything to take back. */
export function restorePacing(workflow: Nodes): boolean {
	const unpaced = optionsOf(workflow).filter(({ requestsPerMinute }) => requestsPerMinute === 0);
	for (const options of unpaced) delete options.requestsPerMinute;
	return unpaced.length > 0;
}
