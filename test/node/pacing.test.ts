import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { startSandbox } from '../sandbox';
import { sandboxCredential } from '../support/account';
import { SPEED } from '../support/fastClock';
import { runNode } from '../support/node';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox({ plain: true });

const rows = (count: number) => Array.from({ length: count }, (_, row) => ({ json: { row } }));

test('executions on one key share the limit', async () => {
	const options = { requestsPerMinute: 5 };
	const running = [1, 2].map(() => node.start({ items: rows(4), parameters: { options } }));
	// Time for a sixth, should there be one.
	await node.requestsReach(5, 600);
	for (const { cancel } of running) cancel();
	await Promise.all(running.map(({ finished }) => finished));

	expect(node.sandbox.requests).toHaveLength(5);
});

test('a key that is limited does not slow another', async () => {
	const other = await startSandbox({ plain: true });
	node.sandbox.always({ status: 429, headers: { 'retry-after': '60' } });
	const limited = node.start({ items: rows(3) });
	await wait(100);

	const startedAt = Date.now();
	const { items } = await runNode({ credentials: sandboxCredential(other), items: rows(3) });
	const tookMs = Date.now() - startedAt;
	limited.cancel();
	await limited.finished;
	await other.close();

	expect(items).toHaveLength(3);
	// The limited key waits for a minute.
	expect(tookMs).toBeLessThan(10_000);
	// One was refused, and nobody else tried.
	expect(node.sandbox.requests.length).toBeLessThanOrEqual(3);
});

test('waiting for the rate limit does not count against the time-out', async () => {
	node.sandbox.script({ status: 429, headers: { 'retry-after': '2' } });

	const { items, error } = await node.run({ parameters: { options: { timeout: 1 } } });

	expect(error).toBeUndefined();
	expect(items).toHaveLength(1);
});

test('after a refusal the others hold back, and a single request tests the way', async () => {
	node.sandbox.script({ code: 1002 }, { code: 1002 }, { code: 1002 });

	const { items } = await node.run({
		items: rows(6),
		parameters: { options: { maxConcurrency: 3 } },
	});

	const [, second, third, fourth, fifth] = node.sandbox.requests.map(({ at }) => at);
	expect(items).toHaveLength(6);
	expect(node.sandbox.requests).toHaveLength(9);
	// Three were on their way when the first refusal came; the fourth goes alone a second later.
	expect(fourth).toBeGreaterThan(third ?? Infinity);
	expect((fourth ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(900 / SPEED);
	expect(fifth).toBeGreaterThanOrEqual(fourth ?? Infinity);
});

test('images are fetched while later requests run, within a bound', async () => {
	node.sandbox.latencyMs = 60;
	node.sandbox.alwaysImages({ delayMs: 100 });

	const { items } = await node.run({
		items: rows(6),
		parameters: { numberOfImages: 4, options: { maxConcurrency: 2 } },
	});

	const firstDownload = Math.min(...node.sandbox.imageRequests.map(({ at }) => at));
	const lastRequest = Math.max(...node.sandbox.requests.map(({ at }) => at));
	expect(items).toHaveLength(24);
	expect(firstDownload).toBeLessThan(lastRequest);
	expect(node.sandbox.peakImageDownloads).toBeGreaterThan(1);
	expect(node.sandbox.peakImageDownloads).toBeLessThanOrEqual(8);
});

test('a host that is down for a moment is tried again', async () => {
	const probe = createServer().listen(0, '127.0.0.1');
	await wait(20);
	const { port } = probe.address() as AddressInfo;
	await new Promise((resolve) => probe.close(resolve));
	const running = runNode({
		credentials: {
			apiKey: node.sandbox.key,
			region: 'custom',
			baseUrl: `http://127.0.0.1:${port}`,
		},
		realTime: true,
	});
	await wait(300);
	const late = await startSandbox({ port, plain: true });

	const { items, error } = await running;

	expect(error).toBeUndefined();
	expect(items).toHaveLength(1);
	expect(late.requests).toHaveLength(1);
	await late.close();
});
