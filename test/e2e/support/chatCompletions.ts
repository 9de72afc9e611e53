import { called, textOf, words } from './chatDialect';
import type { Content, Dialect, FunctionCall, Message, OfferedTool } from './chatDialect';

interface CompletionsBody {
	stream?: boolean;
	tools?: { function: OfferedTool }[];
	messages: {
		role: 'system' | 'user' | 'assistant' | 'tool';
		content?: Content;
		tool_calls?: { id: string; function: FunctionCall }[];
		tool_call_id?: string;
	}[];
}

function completionsMessages(message: CompletionsBody['messages'][number]): Message[] {
	const { role, content, tool_calls: calls = [], tool_call_id: id = '' } = message;
	if (role === 'tool') return [{ role, id, text: textOf(content) }];
	const text = textOf(content);
	return [
		...(text !== '' || calls.length === 0 ? [{ role, text }] : []),
		...calls.map(({ id: callId, function: { name, arguments: args } }) => ({
			role: 'call' as const,
			id: callId,
			name,
			arguments: JSON.parse(args) as unknown,
		})),
	];
}

/** The older interface of OpenAI, Chat Completions, which other services copy. */
export const completions: Dialect = {
	read(body) {
		const { stream = false, tools = [], messages } = JSON.parse(body) as CompletionsBody;
		return {
			stream,
			tools: tools.map((tool) => tool.function),
			messages: messages.flatMap(completionsMessages),
		};
	},
	answer(turn, id) {
		const calls = called(turn, id);
		return {
			...completionsFrame('chat.completion', id),
			choices: [
				{
					index: 0,
					finish_reason: calls.length > 0 ? 'tool_calls' : 'stop',
					message: {
						role: 'assistant',
						content: 'text' in turn ? turn.text : null,
						...(calls.length > 0 && { tool_calls: calls.map(completionsCall) }),
					},
				},
			],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		};
	},
	events(turn, id) {
		const calls = called(turn, id);
		const deltas = [
			...('text' in turn ? words(turn.text).map((content) => ({ content })) : []),
			...calls.map((call, index) => ({ tool_calls: [{ index, ...completionsCall(call) }] })),
		];
		const piece = (delta: object, finish: string | null = null) => ({
			...completionsFrame('chat.completion.chunk', id),
			choices: [{ index: 0, delta, finish_reason: finish }],
		});
		return [
			piece({ role: 'assistant', content: '' }),
			...deltas.map((delta) => piece(delta)),
			piece({}, calls.length > 0 ? 'tool_calls' : 'stop'),
		];
	},
};

const completionsFrame = (object: string, id: string) => ({
	id,
	object,
	created: 0,
	model: 'scripted',
});

const completionsCall = ({ id, ...call }: FunctionCall & { id: string }) => ({
	id,
	type: 'function',
	function: call,
});
