import type { IDataObject } from 'n8n-workflow';

import { toolAnswers } from './chatDialect';
import type { Heard, Step } from './chatDialect';

/** What n8n makes of the node's name for the model. */
export const TOOL = 'MiniMax_Image';

/** The model calls the tool once for each prompt. */
export const draw = (...prompts: string[]): Step => ({
	toolCalls: prompts.map((prompt) => ({ name: TOOL, arguments: { Prompt: prompt } })),
});

/** The items that tools have answered with, as a model would read them. */
export const itemsOf = (heard: Heard) =>
	toolAnswers(heard).flatMap((answer) => JSON.parse(answer) as IDataObject[]);

/** The links in these items, those of images that are paid for and could not be fetched included. */
export const linksOf = (heard: Heard) =>
	itemsOf(heard).map(({ imageUrl, errorDetails }) =>
		String(imageUrl ?? (errorDetails as IDataObject | undefined)?.imageUrl),
	);

/** The model tells the user all links that it has got. */
export const showLinks: Step = (heard) => ({ text: `Here you are: ${linksOf(heard).join(' ')}` });

/** The model tells the user that there is no picture. */
export const apologize: Step = { text: 'That did not work.' };

/** The lines of a chat that is streamed. */
export const streamed = (body: string) =>
	body
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as { type: string; content?: string });
