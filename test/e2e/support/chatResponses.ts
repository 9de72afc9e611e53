import { called, textOf, words } from './chatDialect';
import type { Content, Dialect, FunctionCall, Message, OfferedTool, Turn } from './chatDialect';

interface ResponsesBody {
	stream?: boolean;
	tools?: OfferedTool[];
	input: (
		| { type?: 'message'; role: 'system' | 'user' | 'assistant'; content: Content }
		| ({ type: 'function_call'; call_id: string } & FunctionCall)
		| { type: 'function_call_output'; call_id: string; output: Content }
	)[];
}

function responsesMessage(item: ResponsesBody['input'][number]): Message {
	switch (item.type) {
		case 'function_call':
			return {
				role: 'call',
				id: item.call_id,
				name: item.name,
				arguments: JSON.parse(item.arguments) as unknown,
			};
		case 'function_call_output':
			return { role: 'tool', id: item.call_id, text: textOf(item.output) };
		default:
			return { role: item.role, text: textOf(item.content) };
	}
}

/** The newer interface of OpenAI, Responses, which n8n uses unless told otherwise. */
export const responses: Dialect = {
	read(body) {
		const { stream = false, tools = [], input } = JSON.parse(body) as ResponsesBody;
		return {
			stream,
			tools: tools.map(({ name, description, parameters }) => ({ name, description, parameters })),
			messages: input.map(responsesMessage),
		};
	},
	answer(turn, id) {
		return {
			...responsesFrame(id, 'completed'),
			output: responsesOutput(turn, id),
			usage: {
				input_tokens: 1,
				input_tokens_details: { cached_tokens: 0 },
				output_tokens: 1,
				output_tokens_details: { reasoning_tokens: 0 },
				total_tokens: 2,
			},
		};
	},
	events(turn, id) {
		const output = responsesOutput(turn, id);
		const pieces = output.flatMap((item, index) => {
			const place = { item_id: item.id, output_index: index };
			const deltas =
				item.type === 'message'
					? words(item.content[0]?.text ?? '').map((delta) => ({
							type: 'response.output_text.delta',
							...place,
							content_index: 0,
							delta,
						}))
					: [{ type: 'response.function_call_arguments.delta', ...place, delta: item.arguments }];
			const empty = item.type === 'message' ? { ...item, content: [] } : { ...item, arguments: '' };
			return [
				{ type: 'response.output_item.added', output_index: index, item: empty },
				...deltas,
				{ type: 'response.output_item.done', output_index: index, item },
			];
		});
		return [
			{ type: 'response.created', response: { ...responsesFrame(id, 'in_progress'), output: [] } },
			...pieces,
			{ type: 'response.completed', response: responses.answer(turn, id) },
		];
	},
};

const responsesFrame = (id: string, status: string) => ({
	id,
	object: 'response',
	created_at: 0,
	model: 'scripted',
	status,
	error: null,
	incomplete_details: null,
});

function responsesOutput(turn: Turn, id: string) {
	const status = 'completed';
	if ('text' in turn) {
		return [
			{
				id: `msg_${id}`,
				type: 'message' as const,
				role: 'assistant',
				status,
				content: [{ type: 'output_text', text: turn.text, annotations: [] }],
			},
		];
	}
	return called(turn, id).map(({ id: callId, ...call }) => ({
		id: `fc_${callId}`,
		type: 'function_call' as const,
		status,
		call_id: callId,
		...call,
	}));
}
