import { displayText } from './displayText';

/** What an item error tells beyond its words. */
export interface ItemErrorFacts {
	/** A code of the API, an HTTP status ("http404"), or a word of docs/errors.md. */
	code: string;
	/** What to do. */
	remedy?: string;
	/** The service's own words. */
	detail?: string;
	traceId?: string;
	/** Link of an image that is paid for and could not be handed over. */
	imageUrl?: string;
}

/** The code of input that must not be sent. */
export const INVALID_INPUT = 'invalidInput';

const display = (text: string | undefined) => (text === undefined ? undefined : displayText(text));

/**
 * Why an item has no result, or lacks an image: the one error that all folders share. Its message says what happened
 * in the words that users read; output/errors.ts makes n8n's own error of it. All of its words can be shown anywhere.
 */
export class ItemError extends Error {
	readonly facts: ItemErrorFacts;

	constructor(message: string, facts: ItemErrorFacts) {
		super(displayText(message));
		const { remedy, detail, traceId } = facts;
		this.facts = {
			...facts,
			remedy: display(remedy),
			detail: display(detail),
			traceId: display(traceId),
		};
	}

	/** The same for an item that was not sent because of this. */
	notSent(): ItemError {
		const { code, remedy } = this.facts;
		const why = this.message.replace(/^(The|Your) /, (word) => word.toLowerCase());
		return new ItemError(`The item was not sent, because ${why}`, { code, remedy });
	}

	/** Whether the user's input is at fault, and nothing was sent. */
	get isRefusedInput(): boolean {
		return this.facts.code === INVALID_INPUT;
	}
}

/** Input that must not be sent. The message names the field as displayed; the item is added later. */
export const invalidInput = (message: string, remedy?: string): ItemError =>
	new ItemError(message, { code: INVALID_INPUT, remedy });
