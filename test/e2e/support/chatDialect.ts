/** A tool that the model wants to have used. */
export interface ToolCall {
	name: string;
	arguments: Record<string, unknown>;
}

/** What the model says next: words for the user, or calls of tools. */
export type Turn = { text: string } | { toolCalls: ToolCall[] };

/** A turn, or one made from what the model has heard. */
export type Step = Turn | ((heard: Heard) => Turn);

/** A tool that the model is offered. */
export interface OfferedTool {
	name: string;
	description: string;
	/** JSON schema of its arguments. */
	parameters: unknown;
}

export type Message =
	| { role: 'system' | 'user' | 'assistant'; text: string }
	| { role: 'call'; id: string; name: string; arguments: unknown }
	| { role: 'tool'; id: string; text: string };

/** One request to the model. */
export interface Heard {
	api: 'responses' | 'completions';
	stream: boolean;
	authorization: string | undefined;
	tools: OfferedTool[];
	/** The whole conversation so far. */
	messages: Message[];
	/** The body as it was sent. */
	raw: string;
}

/** What tools have answered, in the order of the conversation. */
export function toolAnswers({ messages }: Heard): string[] {
	return messages.flatMap((message) => (message.role === 'tool' ? [message.text] : []));
}

/** Text in either interface, whole or in parts. */
export type Content = string | { text?: string }[] | null | undefined;

/** Text as one string. */
export const textOf = (content: Content): string =>
	typeof content === 'string'
		? content
		: (content ?? []).map((part) => part.text ?? '[no text]').join('');

/** How one of the two interfaces puts things. */
export interface Dialect {
	read(body: string): Pick<Heard, 'stream' | 'tools' | 'messages'>;
	answer(turn: Turn, id: string): object;
	/** The same in pieces. */
	events(turn: Turn, id: string): object[];
}

/** A call of a tool as both interfaces write it, its arguments in JSON. */
export interface FunctionCall {
	name: string;
	arguments: string;
}

/** The pieces in which text is streamed. */
export const words = (text: string): string[] => text.split(/(?<= )/);

/** The calls of a turn, each with an ID of its own. */
export const called = (turn: Turn, id: string) =>
	('toolCalls' in turn ? turn.toolCalls : []).map((call, index) => ({
		id: `call_${id}_${index}`,
		name: call.name,
		arguments: JSON.stringify(call.arguments),
	}));
