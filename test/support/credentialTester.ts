import './environment';

import { ExecuteContext, RoutingNode } from 'n8n-core';
import type {
	IAuthenticateRuleResponseCode,
	IAuthenticateRuleResponseSuccessBody,
	ICredentialDataDecryptedObject,
	IHttpRequestHelper,
	INode,
	INodeType,
	INodeTypes,
	IWorkflowExecuteAdditionalData,
	NodeApiError,
} from 'n8n-workflow';
import { NodeConnectionTypes, Workflow, createEmptyRunExecutionData } from 'n8n-workflow';
import get from 'lodash/get';

import type { LoadedTypes } from './engine';
import { CredentialsFromTest } from './engine';

export interface CredentialTestResult {
	status: 'OK' | 'Error';
	message: string;
}

type Rule = IAuthenticateRuleResponseCode | IAuthenticateRuleResponseSuccessBody;

/** Credentials as n8n's tester has them: before a request, it calls `preAuthentication` if there is a field for it. */
class CredentialsUnderTest extends CredentialsFromTest {
	override async preAuthentication(
		helpers?: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject = {},
		typeName = '',
	): Promise<undefined> {
		const type = this.types.credentials[typeName];
		const field = type?.properties.find(({ typeOptions }) => typeOptions?.expirable === true);
		if (helpers && type?.preAuthentication && field && !credentials[field.name]) {
			const output = await type.preAuthentication.call(helpers, credentials);
			if (output[field.name] !== undefined) throw new Error('n8n would keep this');
		}
		return undefined;
	}
}

/** What "Test" in n8n's credential dialog shows, from n8n-core's routing and the rules of the credential type. */
export async function testCredential(
	types: LoadedTypes,
	typeName: string,
	credentials: ICredentialDataDecryptedObject,
): Promise<CredentialTestResult> {
	const test = types.credentials[typeName]?.test;
	if (!test) throw new Error(`${typeName} has no test`);
	const node: INode = {
		id: 'temp',
		name: 'Temp-Node',
		type: 'n8n-nodes-base.noOp',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		credentials: { [typeName]: { id: '1', name: 'Under test' } },
	};
	const nodeType: INodeType = {
		description: {
			displayName: 'Temp',
			name: 'noOp',
			group: ['transform'],
			version: 1,
			description: 'Sends the test request',
			defaults: { name: 'Temp' },
			inputs: [NodeConnectionTypes.Main],
			outputs: [NodeConnectionTypes.Main],
			credentials: [{ name: typeName, required: true }],
			properties: [
				{
					displayName: 'Temp',
					name: 'temp',
					type: 'string',
					default: '',
					routing: { request: test.request },
				},
			],
		},
	};
	const nodeTypes: INodeTypes = {
		getByName: () => nodeType,
		getByNameAndVersion: () => nodeType,
		getKnownTypes: () => ({}),
	};
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	const additionalData = {
		credentialsHelper: new CredentialsUnderTest(types, credentials),
		variables: {},
	} as unknown as IWorkflowExecuteAdditionalData;
	const input = { main: [[{ json: {} }]] };
	const context = new ExecuteContext(
		workflow,
		node,
		additionalData,
		'internal',
		createEmptyRunExecutionData(),
		0,
		[],
		input,
		{ node, data: {}, source: null },
		[],
	);
	const rules = (test.rules ?? []) as Rule[];
	try {
		const [[item] = []] =
			(await new RoutingNode(context, nodeType, {
				id: '1',
				name: 'Under test',
				type: typeName,
				data: credentials,
			}).runNode()) ?? [];
		const refused = rules.find(
			(rule) =>
				rule.type === 'responseSuccessBody' &&
				get(item?.json, rule.properties.key) === rule.properties.value,
		);
		return refused
			? { status: 'Error', message: refused.properties.message }
			: { status: 'OK', message: 'Connection successful!' };
	} catch (error) {
		return { status: 'Error', message: messageFor(error as NodeApiError, rules) };
	}
}

interface HttpCause {
	response?: { status: number; statusText: string };
	code?: string;
}

/** n8n's order: a rule for the HTTP status, its text, the code of the connection, the error's own words. */
function messageFor(error: NodeApiError, rules: Rule[]): string {
	const { response, code } = (error.cause ?? {}) as HttpCause;
	if (!response) return code ?? error.message;
	const rule = rules.find(
		({ type, properties }) => type === 'responseCode' && properties.value === response.status,
	);
	return rule?.properties.message ?? response.statusText;
}
