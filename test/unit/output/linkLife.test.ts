import { linkEnd, linkEndAfter } from '../../../nodes/MiniMaxImage/output/linkLife';
import { LINK_LIFE_MS } from '../../../nodes/MiniMaxImage/purchase';

const END = Date.parse('2026-11-21T12:00:00Z');

const DATE = '20261120T120000Z';

test.each([
	['Alibaba Cloud', `Expires=${END / 1000}&OSSAccessKeyId=x&Signature=y`],
	['Alibaba Cloud, newer', `x-oss-date=${DATE}&x-oss-expires=86400`],
	['S3', `X-Amz-Date=${DATE}&X-Amz-Expires=86400&X-Amz-Signature=x`],
	['Google Cloud', `X-Goog-Date=${DATE}&X-Goog-Expires=86400`],
	['Azure', `se=2026-11-21T12%3A00%3A00Z&sig=x`],
])('a link tells its end as %s writes it', (_name, query) => {
	expect(linkEnd(`https://a.example/1.jpeg?${query}`)).toBe(END);
});

test.each([
	'',
	'?Expires=',
	'?Expires=0',
	'?Expires=soon',
	'?Expires=-1',
	'?Expires=99999999999',
	`?Expires=${END}`,
	`?Expires=${'9'.repeat(5000)}`,
	'?Expires=Infinity',
	'?X-Amz-Date=20261120T120000Z',
	'?X-Amz-Expires=86400',
	'?X-Amz-Date=today&X-Amz-Expires=86400',
	'?se=tomorrow',
	'?expires=1795262400',
])('"%s" tells no end, so the link lives for 24 hours after its answer', (query) => {
	const link = `https://a.example/1.jpeg${query}`;

	expect(linkEnd(link)).toBeUndefined();
	expect(linkEndAfter(link, 1000)).toBe(1000 + LINK_LIFE_MS);
});

test('what is no link tells no end', () => {
	expect(linkEnd('')).toBeUndefined();
	expect(linkEnd('not a link?Expires=1795262400')).toBeUndefined();
});
