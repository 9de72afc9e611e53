import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
const PATIENCE_MS = 120_000;

/** Asks until there is an answer, and returns it. Throws an Error that names what never came. */
export async function until<T>(
	what: string,
	ask: () => T | Promise<T>,
): Promise<Exclude<T, false | undefined>> {
	const deadline = Date.now() + PATIENCE_MS;
	for (;;) {
		const answer = await ask();
		if (isThere(answer)) return answer;
		if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}`);
		await sleep(POLL_MS);
	}
}

const isThere = <T>(answer: T): answer is Exclude<T, false | undefined> =>
	answer !== false && answer !== undefined;

/** Asks something that was just published: n8n answers 404 until it has registered the address. */
export async function whenRegistered(ask: () => Promise<Response>): Promise<Response> {
	let response = await ask();
	await until('n8n has registered the address', async () => {
		if (response.status !== 404) return true;
		response = await ask();
		return false;
	});
	return response;
}
