import { ItemError, invalidInput } from '../../nodes/MiniMaxImage/itemError';

const HTML = '<b>\u202ebold\nnow</b>';

const SHOWN = '‹b›bold now‹/b›';

test('an error can be shown anywhere, all of its words', () => {
	const error = new ItemError(`Is ${HTML}`, {
		code: '2013',
		remedy: HTML,
		detail: HTML,
		traceId: HTML,
		imageUrl: 'https://a.example/<1>',
	});

	expect(error.message).toBe(`Is ${SHOWN}`);
	expect(error.facts).toEqual({
		code: '2013',
		remedy: SHOWN,
		detail: SHOWN,
		traceId: SHOWN,
		// A link stays one; who shows it escapes it.
		imageUrl: 'https://a.example/<1>',
	});
});

test('a row that was not sent because of another says why, and nothing of the other', () => {
	const error = new ItemError('The balance is too low', {
		code: '1008',
		remedy: 'Top up.',
		detail: 'words about another row',
		traceId: 'of another row',
		imageUrl: 'https://a.example/1',
	}).notSent();

	expect(error.message).toBe('The item was not sent, because the balance is too low');
	expect(JSON.parse(JSON.stringify(error.facts))).toEqual({ code: '1008', remedy: 'Top up.' });
});

test.each([
	['The key is wrong', 'the key is wrong'],
	['Your plan is over', 'your plan is over'],
	['MiniMax said no', 'MiniMax said no'],
	['Theatre is closed', 'Theatre is closed'],
])('"%s" goes on as "%s"', (message, rest) => {
	expect(new ItemError(message, { code: '1' }).notSent().message).toBe(
		`The item was not sent, because ${rest}`,
	);
});

test('input that is refused is told from what a service refuses', () => {
	expect(invalidInput('"Prompt" is empty', 'Write one.')).toMatchObject({
		isRefusedInput: true,
		facts: { code: 'invalidInput', remedy: 'Write one.' },
	});
	expect(new ItemError('No', { code: '2013' }).isRefusedInput).toBe(false);
});
