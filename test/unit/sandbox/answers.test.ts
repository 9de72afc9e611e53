import {
	describeSandboxClient,
	PLAIN_REQUEST,
	reference,
	subject,
} from '../../support/sandboxClient';

const client = describeSandboxClient();

describe('the answer', () => {
	test('takes turns in the type of its counts and in what becomes of the other array', async () => {
		const shapes = [];
		for (let number = 1; number <= 4; number++) {
			const { headers, json } = await client.post({ ...PLAIN_REQUEST, n: 2 });
			expect(json.id).toMatch(/^[0-9a-f]{32}$/);
			expect(headers['trace-id']).toBe(json.id);
			expect(json.data?.image_urls).toHaveLength(2);
			shapes.push([json.metadata?.success_count, json.data?.image_base64]);
		}
		expect(shapes).toEqual([
			[2, undefined],
			['2', null],
			[2, null],
			['2', undefined],
		]);
	});

	test('waits for the latency, which can depend on the request', async () => {
		client.sandbox.latencyMs = ({ n = 1 }) => n * 60;
		const start = Date.now();
		const two = client.post({ ...PLAIN_REQUEST, n: 2 });
		await Promise.all([client.post(PLAIN_REQUEST), two]);
		expect(Date.now() - start).toBeGreaterThanOrEqual(115);
		expect(client.sandbox.peakInFlight).toBe(2);
		expect(client.sandbox.inFlight).toBe(0);
	});

	test('is recorded with what was sent and what it cost', async () => {
		const body = { ...PLAIN_REQUEST, n: 3 };
		const before = Date.now();
		await client.post(body);
		expect(client.sandbox.requests).toEqual([
			{
				number: 1,
				at: expect.any(Number),
				headers: expect.objectContaining({ authorization: `Bearer ${client.sandbox.key}` }),
				body,
				outcome: 'success',
				code: 0,
				paidImages: 3,
			},
		]);
		expect(client.sandbox.requests[0]?.at).toBeGreaterThanOrEqual(before);
		expect(client.sandbox.paidImages).toBe(3);
	});

	test('records long strings in short when told to', async () => {
		client.sandbox.recordBodies = 'short';
		const file = await reference('png', 400);
		await client.post({ ...PLAIN_REQUEST, ...subject(file) });
		expect(client.sandbox.requests[0]?.body).toEqual({
			...PLAIN_REQUEST,
			...subject(file.slice(0, 200)),
		});
	});
});
