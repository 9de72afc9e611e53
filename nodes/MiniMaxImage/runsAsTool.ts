import type { INode } from 'n8n-workflow';

/** Whether an AI Agent runs the node: n8n adds "Tool" to the type of the twin that it makes for them. */
export const runsAsTool = ({ type }: INode): boolean => type.endsWith('Tool');
