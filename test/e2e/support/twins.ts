import type { INodeParameters } from 'n8n-workflow';

import type { WorkflowFile } from '../host/rest';

const HTTP_REQUEST = { type: 'n8n-nodes-base.httpRequest', typeVersion: 4.5 };

/**
 * A copy of a workflow that needs no outside account: HTTP Request nodes in place of the nodes that need one,
 * with the same names and wires. Throws an Error for a name that no such node has.
 */
export function twinOf(
	workflow: WorkflowFile,
	replacements: Record<string, INodeParameters>,
): WorkflowFile {
	const twin = structuredClone(workflow);
	for (const [name, parameters] of Object.entries(replacements)) {
		const node = twin.nodes.find((candidate) => candidate.name === name);
		if (!node?.credentials) throw new Error(`"${name}" is no node that needs an account`);
		Object.assign(node, HTTP_REQUEST, { parameters });
		delete node.credentials;
	}
	return twin;
}

/** Reads JSON: one item for each element of the list. */
export const reading = (url: string): INodeParameters => ({ url, options: {} });

/** Sends fields as JSON. */
export const sendingJson = (url: string, fields: Record<string, string>): INodeParameters => ({
	method: 'POST',
	url,
	sendBody: true,
	bodyParameters: {
		parameters: Object.entries(fields).map(([name, value]) => ({ name, value })),
	},
	options: {},
});

/** Uploads files, by the binary field that each is in, and fields beside them. */
export const uploading = (
	url: string,
	files: string[],
	fields: Record<string, string> = {},
): INodeParameters => ({
	method: 'POST',
	url,
	sendBody: true,
	contentType: 'multipart-form-data',
	bodyParameters: {
		parameters: [
			...files.map((inputDataFieldName, index) => ({
				parameterType: 'formBinaryData',
				name: `file${index + 1}`,
				inputDataFieldName,
			})),
			...Object.entries(fields).map(([name, value]) => ({
				parameterType: 'formData',
				name,
				value,
			})),
		],
	},
	options: {},
});
