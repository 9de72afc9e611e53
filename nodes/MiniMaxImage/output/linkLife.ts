import { parseUrl } from '../http/parseUrl';
import { LINK_LIFE_MS } from '../purchase';

/** Parameters that say when a signed link was made, and for how many seconds: of S3, Google Cloud and Alibaba Cloud. */
const SIGNERS = ['X-Amz', 'X-Goog', 'x-oss'];

/** 20261120T120000Z, ISO 8601 in its basic form. */
const BASIC_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** Times outside of these are no ends of links: 2001 to 2096. */
const isPlausible = (ms: number) => ms > 1e12 && ms < 4e12;

/** When a link ends by its own query, in ms since the epoch; undefined where it does not tell. */
export function linkEnd(link: string): number | undefined {
	const query = parseUrl(link)?.searchParams;
	if (!query) return undefined;
	const parameter = (name: string) => query.get(name)?.slice(0, 40) ?? '';
	const signed = SIGNERS.map((signer) => {
		const madeAt = parameter(`${signer}-Date`) || parameter(`${signer}-date`);
		// Without them a link is not over at the moment when it was made.
		const seconds = parameter(`${signer}-Expires`) || parameter(`${signer}-expires`) || Number.NaN;
		return Date.parse(madeAt.replace(BASIC_DATE, '$1-$2-$3T$4:$5:$6Z')) + Number(seconds) * 1000;
	});
	const ends = [Number(parameter('Expires')) * 1000, ...signed, Date.parse(parameter('se'))];
	return ends.find(isPlausible);
}

/**
 * When a link stops working, in ms since the epoch.
 *
 * @param answeredAt when it came, in ms since the epoch: without a time of its own it lives for 24 hours
 */
export const linkEndAfter = (link: string, answeredAt: number): number =>
	linkEnd(link) ?? answeredAt + LINK_LIFE_MS;
