import type { INode, INodeExecutionData, INodeType, IRun } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { sandboxCredential } from '../../support/account';
import { runWorkflow, TRIGGER } from '../../support/engine';
import type { EngineOptions } from '../../support/engine';
import { NODE_TYPE } from '../../support/load';
import { sources } from '../../support/node';
import { describeSandbox } from '../../support/sandbox';

const node = describeSandbox({ plain: true });

const ROUNDS = 3;

/** Sends its items round again until there were so many rounds, as a loop does. */
const again: INodeType = {
	description: {
		displayName: 'Again',
		name: 'again',
		group: ['transform'],
		version: 1,
		description: 'Closes a loop',
		defaults: { name: 'Again' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		properties: [],
	},
	execute() {
		const round = Number(this.getWorkflowDataProxy(0).$runIndex) + 1;
		const items: INodeExecutionData[] = this.getInputData();
		return Promise.resolve(round < ROUNDS ? [items, []] : [[], items]);
	},
};

const imageNode = (name: string): INode => ({
	id: name,
	name,
	type: NODE_TYPE,
	typeVersion: 1,
	position: [200, 0],
	parameters: { prompt: 'the same', options: { requestsPerMinute: 0, maxConcurrency: 1 } },
	credentials: { miniMaxImageApi: { id: '1', name: 'Sandbox' } },
});

const to = (name: string) => [{ node: name, type: NodeConnectionTypes.Main, index: 0 }];

const loop: EngineOptions['workflow'] = {
	name: 'Loop',
	nodes: [
		TRIGGER,
		imageNode('Image'),
		{ ...TRIGGER, id: 'again', name: 'Again', type: 'test.again' },
	],
	connections: {
		Trigger: { main: [to('Image')] },
		Image: { main: [to('Again')] },
		Again: { main: [to('Image')] },
	},
};

const twice: EngineOptions['workflow'] = {
	name: 'Twice',
	nodes: [TRIGGER, imageNode('First'), imageNode('Second')],
	connections: { Trigger: { main: [to('First')] }, First: { main: [to('Second')] } },
};

const run = async (workflow: EngineOptions['workflow'], retryOf?: IRun) =>
	await runWorkflow({
		types: { ...sources, nodes: { ...sources.nodes, 'test.again': again } },
		workflow,
		pinData: { Trigger: [{ json: {} }, { json: {} }] },
		credentials: sandboxCredential(node.sandbox),
		retryOf,
	});

/** The links that a node gave out, round by round. */
const linksOf = ({ data }: IRun, name: string) =>
	(data.resultData.runData[name] ?? []).map((round) =>
		(round.data?.main?.[0] ?? []).map(({ json }) => json.imageUrl),
	);

test('each round of a loop buys its own images', async () => {
	const { run: done } = await run(loop);

	const links = linksOf(done, 'Image');
	expect(links.map((round) => round.length)).toEqual([2, 2, 2]);
	expect(new Set(links.flat()).size).toBe(6);
	expect(node.sandbox.requests).toHaveLength(6);
	expect(node.sandbox.paidImages).toBe(6);
});

test('a loop that failed in its second round goes on from there', async () => {
	// Two of the first round and one of the second are bought before.
	node.sandbox.script(undefined, undefined, undefined, { code: 1026 });

	const failed = await run(loop);
	const before = linksOf(failed.run, 'Image').flat();
	const { run: done, error } = await run(loop, failed.run);

	expect(failed.error?.context.itemIndex).toBe(1);
	expect(error).toBeUndefined();
	const links = linksOf(done, 'Image');
	expect(links.map((round) => round.length)).toEqual([2, 2, 2]);
	expect(links[0]).toEqual(before);
	expect(new Set(links.flat()).size).toBe(6);
	expect(node.sandbox.requests).toHaveLength(7);
	expect(node.sandbox.paidImages).toBe(6);
});

test('two nodes with the same prompt buy their own images', async () => {
	const { run: done } = await run(twice);

	expect(new Set([...linksOf(done, 'First'), ...linksOf(done, 'Second')].flat()).size).toBe(4);
	expect(node.sandbox.paidImages).toBe(4);
});

test('a retry of the second of two nodes buys what that one lacks', async () => {
	node.sandbox.script(undefined, undefined, undefined, { code: 1026 });

	const failed = await run(twice);
	const { run: done, error } = await run(twice, failed.run);

	expect(failed.run.data.resultData.lastNodeExecuted).toBe('Second');
	expect(error).toBeUndefined();
	expect(new Set([...linksOf(done, 'First'), ...linksOf(done, 'Second')].flat()).size).toBe(4);
	expect(node.sandbox.requests).toHaveLength(5);
	expect(node.sandbox.paidImages).toBe(4);
});
