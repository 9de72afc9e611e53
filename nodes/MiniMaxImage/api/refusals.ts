import type { ItemError } from '../itemError';
import { entryOf } from './codes';

/**
 * Refusals that hold for more than one row: a key that is not accepted, an empty balance, a model that the plan
 * lacks. Rows that were not sent yet are refused at once, so that a thousand rows do not ask a thousand times.
 */
export class Refusals {
	/** By model; the empty name stands for all of the account. */
	private readonly controllers = new Map<string, AbortController>();

	/** Aborted, with the error for rows that were not sent, as soon as rows with this model are refused. */
	signalFor(model: string): AbortSignal {
		return AbortSignal.any([this.controller('').signal, this.controller(model).signal]);
	}

	/** Notes why a row was refused, where that holds for others. */
	note(model: string, error: ItemError): void {
		const { affects } = entryOf(error.facts.code);
		if (affects) this.controller(affects === 'account' ? '' : model).abort(error.notSent());
	}

	private controller(name: string): AbortController {
		const controller = this.controllers.get(name) ?? new AbortController();
		this.controllers.set(name, controller);
		return controller;
	}
}
