import type { IDataObject, IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import { ApiClient } from '../../../nodes/MiniMaxImage/api/client';
import { Submitter } from '../../../nodes/MiniMaxImage/api/submit';
import type { PaidAnswer } from '../../../nodes/MiniMaxImage/api/submit';
import { HALTED } from '../../../nodes/MiniMaxImage/http/wait';
import type { Plan } from '../../../nodes/MiniMaxImage/input/plan';
import type { ItemError } from '../../../nodes/MiniMaxImage/itemError';
import { Journal } from '../../../nodes/MiniMaxImage/journal';
import { FakeClock } from '../../support/fakeClock';
import { answerOf, handmade, planOf, refusal, success } from '../../support/handmade';
import type { GivenParameters } from '../../support/handmade';

const LINK = 'https://images.example.com/a.jpeg';

let keys = 0;

type Answer = (prompt: string, number: number) => IN8nHttpFullResponse;

const OK: Answer = () => answerOf(200, success([LINK]));

/** What n8n keeps of one execution, at a service that answers as told. */
function world(answer: Answer) {
	const kept: IDataObject = {};
	const sent: string[] = [];
	const account = { apiKey: `sk-submit-${keys++}`, region: 'global' };
	const clock = new FakeClock();
	/** One try of the execution. */
	const begin = async (execution = '1', credentials: object = account) => {
		const context = handmade({
			getContext: () => kept,
			getExecutionId: () => execution,
			getCredentials: async <T extends object = object>() =>
				await Promise.resolve(credentials as T),
			helpers: {
				httpRequestWithAuthentication: async (_name: string, options: IHttpRequestOptions) => {
					const { prompt } = JSON.parse(String(options.body)) as { prompt: string };
					sent.push(prompt);
					return await Promise.resolve(answer(prompt, sent.length - 1));
				},
			},
		});
		const journal = new Journal(context);
		const submitter = new Submitter(await ApiClient.open(context, clock), journal);
		const ended = new AbortController();
		const submit = (plan: Plan) => {
			const row: { answer?: PaidAnswer; error?: Partial<ItemError>; ended?: Promise<void> } = {};
			row.ended = submitter.submit(plan, ended.signal).then(
				(paid) => void (row.answer = paid),
				(error: Partial<ItemError>) => void (row.error = error),
			);
			return row;
		};
		return { submit, ended, journal };
	};
	return { begin, sent, clock, account };
}

/** The row of a prompt. */
const rowOf = (prompt: string, given: GivenParameters = {}, itemIndex = 0) =>
	planOf(itemIndex, { ...given, request: { prompt, ...given.request } });

/** Submits one row in a try of its own, and waits for its end. */
async function submitOnce({ begin, clock }: ReturnType<typeof world>, plan: Plan, id = '1') {
	const { submit, journal } = await begin(id);
	const row = submit(plan);
	await clock.advance(60_000);
	await row.ended;
	journal.close();
	return row;
}

test('an answer is paid for once: the next try and the next execution recall it', async () => {
	const own = world(OK);

	expect((await submitOnce(own, rowOf('a'))).answer).toMatchObject({
		images: [{ url: LINK }],
		recalled: false,
		maybeTwice: false,
	});
	for (const execution of ['1', '2']) {
		expect((await submitOnce(own, rowOf('a'), execution)).answer).toMatchObject({
			requestId: 'req-1',
			images: [{ url: LINK }],
			recalled: true,
		});
	}
	expect(own.sent).toEqual(['a']);
});

test.each<[string, GivenParameters, object]>([
	['prompt', { request: { prompt: 'b' } }, {}],
	['seed', { request: { seed: 1 } }, {}],
	['key', {}, { apiKey: 'sk-another' }],
	['host', {}, { region: 'china' }],
])('another %s is another purchase', async (_name, given, credentials) => {
	const own = world(OK);
	await submitOnce(own, rowOf('a'));
	const { submit } = await own.begin('1', { ...own.account, ...credentials });
	const row = submit(rowOf('a', given));
	await row.ended;

	expect(row.answer?.recalled).toBe(false);
	expect(own.sent).toHaveLength(2);
});

describe('a request of unclear outcome', () => {
	test('is sent again once, and its images may have been charged twice', async () => {
		const own = world((_prompt, number) => (number === 0 ? answerOf(502) : OK('', 1)));

		expect((await submitOnce(own, rowOf('a'))).answer).toMatchObject({ maybeTwice: true });
		expect(own.sent).toHaveLength(2);
	});

	test('is told by the next try without being sent, and sent once more by the next execution', async () => {
		const own = world(() => answerOf(502, 'Bad Gateway'));
		const told = { code: 'http502', detail: 'Bad Gateway' };

		expect((await submitOnce(own, rowOf('a'))).error?.facts).toMatchObject(told);
		expect((await submitOnce(own, rowOf('a'))).error?.facts).toMatchObject(told);
		expect(own.sent).toHaveLength(2);
		expect((await submitOnce(own, rowOf('a'), '2')).error?.facts).toMatchObject(told);
		expect(own.sent).toHaveLength(3);
	});
});

describe('when the account is refused', () => {
	/** Rows of which the first is refused once the others wait as told. */
	async function refuse(answer: Answer, given: GivenParameters, code = 1008) {
		const own = world((prompt, number) =>
			prompt === 'poor' ? answerOf(200, refusal(code, 'no')) : answer(prompt, number),
		);
		const { submit } = await own.begin();
		const waiting = submit(rowOf('waits', given, 1));
		await own.clock.advance(0);
		const poor = submit(rowOf('poor', {}, 0));
		await own.clock.advance(0);
		await poor.ended;
		return { ...own, submit, waiting, poor };
	}

	test('a row that waits for its next try after a 502 is told as that, and as perhaps charged', async () => {
		const { waiting, poor, sent } = await refuse(() => answerOf(502), {});
		await waiting.ended;

		expect(poor.error?.facts?.code).toBe('1008');
		expect(waiting.error).toMatchObject({
			message: 'The host answered with HTTP status 502',
			facts: { code: 'http502' },
		});
		expect(sent).toEqual(['waits', 'poor']);
	});

	test('a row that comes later is not sent, and says why', async () => {
		const { submit, sent } = await refuse(OK, {});
		const late = submit(rowOf('late', {}, 2));
		await late.ended;

		expect(late.error).toMatchObject({
			message: 'The item was not sent, because the balance of the MiniMax account is too low',
			facts: { code: '1008' },
		});
		expect(sent).toEqual(['waits', 'poor']);
	});

	test('a row of another model is sent where the plan lacks the model alone', async () => {
		const { submit, sent } = await refuse(OK, {}, 2061);
		const same = submit(rowOf('same', {}, 2));
		const other = submit(rowOf('other', { request: { model: 'image-01-live' } }, 3));
		await Promise.all([same.ended, other.ended]);

		expect(same.error?.facts?.code).toBe('2061');
		expect(other.answer).toBeDefined();
		expect(sent).toEqual(['waits', 'poor', 'other']);
	});

	test('a row whose input alone is refused holds up no other', async () => {
		const { submit } = await refuse(OK, {}, 1026);
		const late = submit(rowOf('late', {}, 2));
		await late.ended;

		expect(late.answer).toBeDefined();
	});
});

test('a row that waits for a permit when another one fails ends with that reason', async () => {
	const own = world(OK);
	const { submit, ended } = await own.begin();
	const send = { requestsPerMinute: 1 };
	const first = submit(rowOf('a', { send }));
	const second = submit(rowOf('b', { send }, 1));
	await own.clock.advance(0);
	ended.abort(HALTED);
	await second.ended;

	expect(first.answer).toBeDefined();
	expect(second.error).toBe(HALTED);
	expect(own.sent).toEqual(['a']);
});
