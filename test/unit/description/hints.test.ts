import type { INodeParameters } from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

import { MiniMaxImage } from '../../../nodes/MiniMaxImage/MiniMaxImage.node';
import { NODE_TYPE } from '../../support/load';

const type = new MiniMaxImage();
const nodeTypes = {
	getByName: () => type,
	getByNameAndVersion: () => type,
	getKnownTypes: () => ({}),
};

/** What the editor says before a run of so many items, as it works that out. */
function said(items: number, options: INodeParameters = {}): string[] {
	const name = 'MiniMax Image';
	const workflow = new Workflow({
		nodes: [
			{
				id: '1',
				name,
				type: NODE_TYPE,
				typeVersion: 1,
				position: [0, 0],
				parameters: { options },
			},
		],
		connections: {},
		active: false,
		nodeTypes,
	});
	const input = Array.from({ length: items }, () => ({ json: {} }));
	const isShown = (condition = '') =>
		workflow.expression.getParameterValue(condition, null, 0, 0, name, input, 'manual', {});
	return (type.description.hints ?? [])
		.filter(({ displayCondition }) => isShown(displayCondition) === true)
		.map(({ message }) => /take about (.+?) at/.exec(message)?.[1] ?? message);
}

test.each<[number, INodeParameters, string[]]>([
	[0, {}, []],
	[10, {}, []],
	[11, {}, ['a minute']],
	[60, {}, ['5 minutes']],
	[110, {}, ['10 minutes']],
	[120, {}, ['a quarter of an hour']],
	[600, {}, ['an hour']],
	[100_000, {}, ['several hours']],
	[60, { requestsPerMinute: 30 }, ['a minute']],
	[60, { requestsPerMinute: 60 }, []],
	[60, { requestsPerMinute: 0 }, []],
])('before a run of %i items with the options %j the editor tells %j', (items, options, words) => {
	expect(said(items, options)).toEqual(words);
});

test('the editor shows them where n8n knows the items, and only before the run', () => {
	for (const hint of type.description.hints ?? []) {
		expect(hint).toMatchObject({ location: 'outputPane', whenToDisplay: 'beforeExecution' });
	}
});
