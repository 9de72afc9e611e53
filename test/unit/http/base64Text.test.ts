import { randomBytes } from 'node:crypto';

import fc from 'fast-check';

import { BLOCK_BYTES, Base64Text } from '../../../nodes/MiniMaxImage/http/base64Text';

const decode = (text: Base64Text) => text.bytes(Buffer.allocUnsafe);

function inParts(text: string, size: number): Base64Text {
	const whole = new Base64Text();
	for (let at = 0; at < text.length; at += size) whole.append(text.slice(at, at + size));
	return whole;
}

test.each<[string, string, string | undefined]>([
	['padding', 'aGVsbG8=', 'hello'],
	['two characters of padding', 'aGVsbA==', 'hell'],
	['no padding', 'aGVsbG8', 'hello'],
	['no rest', 'aGVsbG8h', 'hello!'],
	['the head of a data URL', ' DATA:image/png;base64,aGVsbG8=', 'hello'],
	['line breaks and blanks', ' aGVs\r\nbG 8=\n', 'hello'],
	['letters for URLs', '_-_-', Buffer.from('/+/+', 'base64').toString('latin1')],
	['nothing', '', ''],
	['something else', '%%%', undefined],
	['something else in its middle', 'aGVs%bG8=', undefined],
	['something else at its end', 'aGVsbG8!', undefined],
	['text after its padding', 'aGVsbA==aGVs', undefined],
	['too much padding', 'aGVsbA====', undefined],
])('base64 text with %s', (_name, text, expected) => {
	expect(decode(Base64Text.of(text))?.toString('latin1')).toBe(expected);
});

test('base64 text is the same however it is cut, whatever stands in it', () => {
	fc.assert(
		fc.property(
			fc.uint8Array({ maxLength: 200 }),
			fc.integer({ min: 1, max: 50 }),
			fc.integer({ min: 1, max: 50 }),
			fc.boolean(),
			(bytes, size, width, isPadded) => {
				const base64 = Buffer.from(bytes).toString(isPadded ? 'base64' : 'base64url');
				const lines = base64.replace(new RegExp(`.{${width}}`, 'g'), '$&\r\n');

				const text = inParts(lines, size);

				expect(decode(text)).toEqual(Buffer.from(bytes));
			},
		),
	);
});

test.each([BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES + 2])(
	'%d bytes are whole, in one piece',
	(size) => {
		const bytes = randomBytes(size);

		const text = inParts(bytes.toString('base64'), 65_537);

		expect(decode(text)?.equals(bytes)).toBe(true);
		expect(text.length).toBe(size);
	},
);

test('text that was damaged stays so, whatever is left of an earlier part', () => {
	const text = Base64Text.of('aGVsbG');
	text.append('%%%%');

	expect(decode(text)).toBeUndefined();
});

test('a part that is no base64 gives back the memory that it began to fill', () => {
	const taken = new Set<Buffer>();
	const text = new Base64Text({
		take(bytes) {
			const block = Buffer.alloc(bytes);
			taken.add(block);
			return block;
		},
		giveBack: (block) => taken.delete(block),
	});

	text.append(Buffer.alloc(BLOCK_BYTES + 300).toString('base64') + '%%%%');
	expect(taken.size).toBe(0);
	expect(decode(text)).toBeUndefined();
});

test('what is let go gives its memory back, and cannot be had any more', () => {
	const given: Buffer[] = [];
	const text = new Base64Text({ take: Buffer.alloc, giveBack: (block) => given.push(block) });
	text.append(Buffer.alloc(2 * BLOCK_BYTES).toString('base64'));

	text.release();
	text.append('aGVsbG8=');
	text.release();

	expect(given).toHaveLength(2);
	expect(decode(text)).toBeUndefined();
});
