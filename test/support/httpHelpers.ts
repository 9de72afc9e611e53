import './environment';

import { ExecuteContext } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	INode,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { Workflow, createEmptyRunExecutionData } from 'n8n-workflow';

import { CredentialsFromTest } from './engine';
import type { LoadedTypes } from './engine';

/** What n8n's engine gives any node that has a credential of ours: its HTTP helpers above all. */
export function executeFunctions(
	types: LoadedTypes,
	typeName: string,
	credentials: ICredentialDataDecryptedObject,
): IExecuteFunctions {
	const node: INode = {
		id: 'caller',
		name: 'Caller',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 1,
		position: [0, 0],
		parameters: { authentication: 'predefinedCredentialType', nodeCredentialType: typeName },
		credentials: { [typeName]: { id: '1', name: 'Of the test' } },
	};
	const description = {
		displayName: 'Caller',
		name: node.type,
		group: ['output' as const],
		version: 1,
		description: 'Makes requests with any credential',
		defaults: { name: 'Caller' },
		inputs: [],
		outputs: [],
		credentials: [{ name: typeName, required: true }],
		properties: [],
	};
	const workflow = new Workflow({
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: {
			getByName: () => ({ description }),
			getByNameAndVersion: () => ({ description }),
			getKnownTypes: () => ({}),
		},
	});
	const additionalData = {
		credentialsHelper: new CredentialsFromTest(types, credentials),
		variables: {},
	} as unknown as IWorkflowExecuteAdditionalData;
	return new ExecuteContext(
		workflow,
		node,
		additionalData,
		'manual',
		createEmptyRunExecutionData(),
		0,
		[],
		{ main: [[{ json: {} }]] },
		{ node, data: {}, source: null },
		[],
	);
}
