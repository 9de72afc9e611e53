/** Soft hyphen, zero-width characters, marks of direction, byte order mark. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/g;

/** A text without the characters that nobody sees, which chat programs and web pages put into what is copied. */
export const withoutInvisible = (text: string): string => text.replace(INVISIBLE, '');
