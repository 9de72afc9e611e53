/**
 * An address, or undefined where a text is none. Not by `URL.canParse`: once Node.js 20 has compiled it, that refuses
 * hosts with letters such as "ü".
 */
export function parseUrl(text: string, base?: string): URL | undefined {
	try {
		return new URL(text, base);
	} catch {
		return undefined;
	}
}
