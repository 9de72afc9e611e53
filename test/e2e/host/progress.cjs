// @ts-check
const CLEAR_LINE = '\r\u001b[2K';
const QUIET_MS = 10_000;
const NARROW_COLUMNS = 80;

/** @typedef {(doing: string) => void} OnProgress Called with what is being done, whenever that changes. */

/**
 * Tells that something is being done from its start to its end; `say` tells how far it is.
 *
 * @typedef {<T>(name: string, work: (say: OnProgress) => Promise<T>) => Promise<T>} During
 */

/** A line that is written over and over on a terminal, and one now and then elsewhere. */
class ProgressLine {
	#shown = '';

	#shownAt = 0;

	/** @type {import('node:tty').WriteStream} */
	#output;

	constructor(output = process.stdout) {
		this.#output = output;
	}

	/**
	 * Says what is being done now.
	 *
	 * @type {OnProgress}
	 */
	show = (doing) => {
		if (this.#output.isTTY) {
			// A line that wraps could not be taken away again.
			const room = (this.#output.columns || NARROW_COLUMNS) - 3;
			const line = doing.length > room ? doing.slice(0, room) : doing;
			this.#output.write(`${CLEAR_LINE}${line} …`);
			this.#shown = doing;
			return;
		}
		const kind = doing.replace(/\d+/g, '');
		if (kind === this.#shown && Date.now() - this.#shownAt < QUIET_MS) return;
		this.#output.write(`${doing} …\n`);
		this.#shown = kind;
		this.#shownAt = Date.now();
	};

	/** Takes the line away again. */
	end() {
		if (this.#output.isTTY && this.#shown) this.#output.write(CLEAR_LINE);
		this.#shown = '';
	}
}

/**
 * Tells of things that are done at the same time, all in one line.
 *
 * @param {OnProgress} show
 * @returns {During}
 */
function together(show) {
	/** @type {Map<string, string>} */
	const doing = new Map();
	const tell = () => doing.size > 0 && show(`Installing ${[...doing.values()].join(', ')}`);
	return async (name, work) => {
		/** @type {OnProgress} */
		const say = (detail) => {
			doing.set(name, detail ? `${name} (${detail})` : name);
			tell();
		};
		say('');
		const result = await work(say);
		doing.delete(name);
		tell();
		return result;
	};
}

module.exports = { ProgressLine, together };
