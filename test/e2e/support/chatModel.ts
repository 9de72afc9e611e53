import fastify from 'fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AddressInfo } from 'node:net';

const HOST = '127.0.0.1';

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

/** A running service that speaks like OpenAI's, and says what a script tells it to. */
export interface ChatModel {
	/** Base URL for a credential, such as `http://127.0.0.1:40001/v1`. */
	readonly url: string;
	/** The only key accepted. */
	readonly key: string;
	readonly heard: readonly Heard[];
	/** What it says next, first in first out. A request that nothing is left for is refused. */
	script(...steps: Step[]): void;
	/** Forgets script and requests. */
	reset(): void;
	close(): Promise<void>;
}

/** What tools have answered, in the order of the conversation. */
export function toolAnswers({ messages }: Heard): string[] {
	return messages.flatMap((message) => (message.role === 'tool' ? [message.text] : []));
}

type Content = string | { text?: string }[] | null | undefined;

const textOf = (content: Content): string =>
	typeof content === 'string'
		? content
		: (content ?? []).map((part) => part.text ?? '[no text]').join('');

/** How one of the two interfaces puts things. */
interface Dialect {
	read(body: string): Pick<Heard, 'stream' | 'tools' | 'messages'>;
	answer(turn: Turn, id: string): object;
	/** The same in pieces. */
	events(turn: Turn, id: string): object[];
}

interface FunctionCall {
	name: string;
	arguments: string;
}

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

const words = (text: string): string[] => text.split(/(?<= )/);

const called = (turn: Turn, id: string) =>
	('toolCalls' in turn ? turn.toolCalls : []).map((call, index) => ({
		id: `call_${id}_${index}`,
		name: call.name,
		arguments: JSON.stringify(call.arguments),
	}));

const completions: Dialect = {
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

const responses: Dialect = {
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

const refuse = async (reply: FastifyReply, status: number, message: string) =>
	await reply.code(status).send({ error: { message, type: 'invalid_request_error' } });

/** Starts a chat model on a port of the system's choice. */
export async function startChatModel(key = 'chat-model-key-0001'): Promise<ChatModel> {
	const app = fastify({ forceCloseConnections: true, bodyLimit: 64 * 1024 * 1024 });
	const heard: Heard[] = [];
	let steps: Step[] = [];
	let answers = 0;

	const answerIn =
		(api: Heard['api'], dialect: Dialect) =>
		async (request: FastifyRequest, reply: FastifyReply) => {
			const raw = request.body as string;
			const { authorization } = request.headers;
			const now: Heard = { api, authorization, raw, ...dialect.read(raw) };
			heard.push(now);
			if (authorization !== `Bearer ${key}`) return await refuse(reply, 401, 'Wrong key');
			const step = steps.shift();
			if (!step) return await refuse(reply, 400, 'The script has ended');
			const turn = typeof step === 'function' ? step(now) : step;
			answers += 1;
			if (!now.stream) return await reply.send(dialect.answer(turn, String(answers)));
			const events = dialect.events(turn, String(answers)).map((event) => JSON.stringify(event));
			const body = [...events, '[DONE]'].map((data) => `data: ${data}\n\n`).join('');
			return await reply.type('text/event-stream').send(body);
		};
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
	app.post('/v1/responses', answerIn('responses', responses));
	app.post('/v1/chat/completions', answerIn('completions', completions));
	await app.listen({ host: HOST, port: 0 });

	return {
		url: `http://${HOST}:${(app.server.address() as AddressInfo).port}/v1`,
		key,
		heard,
		script: (...more) => void steps.push(...more),
		reset() {
			steps = [];
			heard.length = 0;
			answers = 0;
		},
		async close() {
			await app.close();
		},
	};
}
