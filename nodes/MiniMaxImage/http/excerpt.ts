const EXCERPT_CHARACTERS = 300;

/** Text that is not blank, trimmed; undefined for all else. */
export const text = (value: unknown): string | undefined =>
	typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

/** The visible words of an answer that is no JSON, e.g. a gateway's error page or a storage host's XML. */
export function excerpt(body: string): string | undefined {
	const words = body
		.slice(0, 10_000)
		.replace(/<(style|script|head)[\s\S]*?<\/\1>/gi, ' ')
		.replace(/<[^>]*>/g, ' ')
		.replace(/\s+/g, ' ');
	return text(words)?.slice(0, EXCERPT_CHARACTERS);
}
