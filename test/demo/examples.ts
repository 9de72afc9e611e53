import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type {
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	IPinData,
	IWorkflowBase,
} from 'n8n-workflow';

const EXAMPLES_FOLDER = join(__dirname, '../../examples');
const IMAGE_NODE = 'n8n-nodes-minimax-image.miniMaxImage';
const TRIGGER = 'n8n-nodes-base.manualTrigger';

/** The file names, without extension, of the examples that the demo runs: they need no visitor and no other account. */
export const EXAMPLES = ['text-to-image', 'portrait-in-scenes', 'table-of-prompts'] as const;

export type ExampleName = (typeof EXAMPLES)[number];

/** A workflow of the folder `examples`, as the file holds it. */
export interface Example extends Pick<
	IWorkflowBase,
	'name' | 'nodes' | 'connections' | 'settings'
> {
	pinData: IPinData;
}

/** Reads an example. */
export function loadExample(name: ExampleName): Example {
	return JSON.parse(readFileSync(join(EXAMPLES_FOLDER, `${name}.json`), 'utf8')) as Example;
}

function nodeOfType({ name, nodes }: Example, type: string): INode {
	const node = nodes.find((candidate) => candidate.type === type);
	if (!node) throw new Error(`The workflow "${name}" has no node of the type ${type}`);
	return node;
}

/** The node that makes the images. */
export function imageNode(example: Example): INode {
	return nodeOfType(example, IMAGE_NODE);
}

/** The items that the trigger hands on: the pinned ones, or an empty one as n8n does. */
export function rowsOf(example: Example): INodeExecutionData[] {
	return example.pinData[nodeOfType(example, TRIGGER).name] ?? [{ json: {} }];
}

/** What the engine is to take as done before it starts: the trigger, whose items are always given. */
export function pinnedData(example: Example): IPinData {
	return { ...example.pinData, [nodeOfType(example, TRIGGER).name]: rowsOf(example) };
}

/** The example with other items at its trigger. */
export function withRows(example: Example, rows: IDataObject[]): Example {
	const trigger = nodeOfType(example, TRIGGER).name;
	return { ...example, pinData: { ...example.pinData, [trigger]: rows.map((json) => ({ json })) } };
}

/** The example with some parameters of its image node changed; options are merged into those it has. */
export function withParameters(
	example: Example,
	{ options, ...parameters }: INodeParameters & { options?: IDataObject },
): Example {
	const change = (node: INode): INode => ({
		...node,
		parameters: {
			...node.parameters,
			...parameters,
			options: { ...(node.parameters.options as IDataObject), ...options } as INodeParameters,
		},
	});
	const image = imageNode(example);
	return {
		...example,
		nodes: example.nodes.map((node) => (node === image ? change(node) : node)),
	};
}

/** How many images a run makes if all goes well. Throws for expressions other than a column of the rows. */
export function plannedImages(example: Example): number {
	const { numberOfImages = 1 } = imageNode(example).parameters;
	const rows = rowsOf(example);
	if (typeof numberOfImages === 'number') return rows.length * numberOfImages;
	const column = /^=\{\{ \$json\.(\w+) \}\}$/.exec(String(numberOfImages))?.[1];
	if (column === undefined) throw new Error(`Cannot count the images of "${example.name}"`);
	return rows.reduce((sum, { json }) => sum + Number(json[column]), 0);
}
