import { labelOf } from '../description';

/** Reads a parameter of one item by its name; an expression is evaluated. */
export type Read = (name: string) => unknown;

/** What messages call a field: its name as displayed, in quotes. */
export const fieldName = (name: string): string => `"${labelOf(name)}"`;
