import { cutText, displayText } from '../../nodes/MiniMaxImage/displayText';

test.each<[string, string]>([
	['<a href="https://x">sign in</a>', '‹a href="https://x"›sign in‹/a›'],
	['a\r\n\tb\u2028c', 'a b c'],
	['gpj.\u202efox\u202c', 'gpj.fox'],
	['\u0000a\u001b[31mb\u007f\u009b', 'a[31mb'],
	['\u200e\u200f\u2066a\u2069', 'a'],
	['Ü 狐 💡 & "quoted" \u00a0', 'Ü 狐 💡 & "quoted" \u00a0'],
	['', ''],
])('%j is shown as %j', (text, shown) => {
	expect(displayText(text)).toBe(shown);
	expect(displayText(shown)).toBe(shown);
});

test.each<[string, number, string]>([
	['abc', 3, 'abc'],
	['abcd', 3, 'abc'],
	['ab💡', 4, 'ab💡'],
	['ab💡', 3, 'ab'],
	['a💡💡', 4, 'a💡'],
	['', 0, ''],
])('of %j the first %d units are %j', (text, max, cut) => {
	expect(cutText(text, max)).toBe(cut);
});
