import type { IBuilderHint, UsableAsToolDescription } from 'n8n-workflow';

/**
 * What n8n shows and hands on of the node as a tool. With "Set Automatically", n8n gives models the node's own
 * description, so that one speaks of files, links and charges as well.
 */
export const usableAsTool: UsableAsToolDescription = {
	replacements: {
		description:
			'Makes images with MiniMax from a prompt and returns JSON with a link to each, imageUrl, which works for 24 hours. Every image is charged: make one, and more only when asked to. An error says what to correct.',
	},
};

/** What the AI workflow builder of n8n reads before it places the node. */
export const builderHint: IBuilderHint = {
	searchHint:
		'Generates images with MiniMax: text to image, and image to image of the person in a portrait. Takes a whole table: each input item is one request, paced to the rate limit, so no loop, batching or wait node is needed. Returns each image as a file (binary field data) with its link (imageUrl, which works for 24 hours). Every image is charged. It does not edit pictures.',
	relatedNodes: [
		{
			nodeType: 'n8n-nodes-base.googleSheets',
			relationHint: 'Reads a table of prompts, one row an image, and takes the links back',
		},
		{
			nodeType: 'n8n-nodes-base.googleDrive',
			relationHint: 'Stores the image files before their links stop working',
		},
		{
			nodeType: 'n8n-nodes-base.httpRequest',
			relationHint: 'Fetches a portrait as a file, or the image behind imageUrl after an AI Agent',
		},
		{
			nodeType: '@n8n/n8n-nodes-langchain.agent',
			relationHint: 'Makes images by itself with this node as its tool',
		},
	],
};
