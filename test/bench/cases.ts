import type { BinaryStorage } from '../support/engine';
import { megabytes, milliseconds, seconds, times } from './runner';
import type { Case, Run, Settings } from './runner';
import type { ServerOrder } from './types';

const MB = 1024 * 1024;
const MINUTE_MS = 60_000;

const one: Settings = { executions: [], imagesPerItem: 1, inFlight: 5, requestsPerMinute: 0 };

const speed: Case = {
	name: '60 items, 300 ms to generate, 50 ms and 1 MB to fetch, 10 in flight, no pacing',
	async measure(runner) {
		const server = { options: { latencyMs: 300, imageBytes: MB }, images: { delayMs: 50 } };
		const settings = { ...one, executions: [60], inFlight: 10 };
		const { ours, floor } = await runner.medians(
			['ours', 'floor'],
			server,
			settings,
			({ wallMs }) => wallMs,
		);
		const rival = await runner.run('rival', server, settings);
		return [
			{
				case: this.name,
				goal: 'at most 1.15 of the floor',
				ours: seconds(ours),
				reference: `floor ${seconds(floor)}`,
				ratio: times(ours / floor),
				met: ours / floor <= 1.15,
			},
			{
				case: 'the same',
				goal: "at least 8 times as fast as n8n's own node",
				ours: seconds(ours),
				reference: `n8n's node ${seconds(rival.wallMs)}`,
				ratio: times(rival.wallMs / ours),
				met: rival.wallMs / ours >= 8,
			},
		];
	},
};

const cpu: Case = {
	name: '200 items, no latency, 1 MB: CPU per image',
	async measure(runner) {
		const { ours, rival, helpers, floor } = await runner.medians(
			['ours', 'rival', 'helpers', 'floor'],
			{ options: { imageBytes: MB } },
			{ ...one, executions: [200] },
			({ cpuMs, images }) => cpuMs / images,
		);
		return [
			{
				case: this.name,
				goal: "at most 0.6 of n8n's own node",
				ours: milliseconds(ours),
				reference: `n8n's node ${milliseconds(rival)}, floor ${milliseconds(floor)}`,
				ratio: times(ours / rival),
				met: ours / rival <= 0.6,
			},
			{
				case: 'the same',
				goal: "at most 1.2 of bare calls of n8n's helpers, the least that a node can take",
				ours: milliseconds(ours),
				reference: `bare calls ${milliseconds(helpers)}`,
				ratio: times(ours / helpers),
				met: ours / helpers <= 1.2,
			},
		];
	},
};

const memory: Case = {
	name: '360 images of 4 MB, 9 a request, 5 in flight: peak memory',
	async measure(runner) {
		const server = { options: { imageBytes: 4 * MB } };
		const settings = { ...one, imagesPerItem: 9 };
		const peak = ({ peakMb }: Run) => peakMb;
		const many = await runner.medians(
			['ours', 'rival'],
			server,
			{ ...settings, executions: [40] },
			peak,
		);
		const few = await runner.medians(['ours'], server, { ...settings, executions: [5] }, peak);
		return [
			{
				case: this.name,
				goal: "at most n8n's own node's",
				ours: megabytes(many.ours),
				reference: `n8n's node ${megabytes(many.rival)}`,
				ratio: times(many.ours / many.rival),
				met: many.ours <= many.rival,
			},
			{
				case: 'the same',
				goal: 'at most 60 MB more than for 45 images',
				ours: megabytes(many.ours),
				reference: `45 images ${megabytes(few.ours)}`,
				ratio: times(many.ours / few.ours),
				met: many.ours - few.ours <= 60,
			},
		];
	},
};

/** A case of peak memory whose goal is a number of MB, since nothing else does the same. */
const peakWithin = (
	{ name, limitMb, reference }: { name: string; limitMb: number; reference: string },
	server: ServerOrder,
	settings: Partial<Settings>,
): Case => ({
	name,
	async measure(runner) {
		const { ours } = await runner.medians(
			['ours'],
			server,
			{ ...one, ...settings },
			({ peakMb }) => peakMb,
		);
		return [
			{
				case: name,
				goal: `at most ${limitMb} MB`,
				ours: megabytes(ours),
				reference,
				ratio: times(ours / limitMb),
				met: ours <= limitMb,
			},
		];
	},
});

const inline = peakWithin(
	{
		name: '10 requests, 9 images of 4 MB inside each answer, 5 in flight: peak memory',
		limitMb: 350,
		reference: "n8n's node takes links alone",
	},
	{ options: { imageBytes: 4 * MB } },
	{ executions: [10], imagesPerItem: 9, inline: true },
);

const portrait = peakWithin(
	{
		name: '60 prompts on one 9 MB portrait, 5 in flight: peak memory',
		limitMb: 450,
		reference: "n8n's node has no image to image",
	},
	{ options: { latencyMs: 300 } },
	{ executions: [60], portraitBytes: 9 * MB },
);

interface Paced {
	name: string;
	executions: number[];
	/** Requests that the server lets pass in a sliding minute. */
	limit: number;
	maxWasted: number;
	maxRatio: number;
}

function paced({ name, executions, limit, maxWasted, maxRatio }: Paced): Case {
	return {
		name,
		async measure(runner) {
			const { wallMs, stats } = await runner.run(
				'ours',
				{ options: { limit: { requests: limit, windowMs: MINUTE_MS } } },
				{ ...one, executions, requestsPerMinute: 10 },
			);
			const requests = executions.reduce((sum, items) => sum + items, 0);
			const leastMs = (Math.ceil(requests / limit) - 1) * MINUTE_MS;
			const ratio = wallMs / leastMs;
			return [
				{
					case: name,
					goal: `none lost, at most ${maxWasted} wasted, at most ${maxRatio} of the least possible time`,
					ours: `${seconds(wallMs)}, ${stats.limited} wasted`,
					reference: `least possible ${seconds(leastMs)}`,
					ratio: times(ratio),
					met: stats.limited <= maxWasted && ratio <= maxRatio,
				},
			];
		},
	};
}

const growth: Case = {
	name: '1,000 items, no latency: time per item at 1,000 against 100',
	async measure(runner) {
		const perItem = ({ wallMs, images }: Run) => wallMs / images;
		const few = await runner.medians(
			['ours'],
			{ options: {} },
			{ ...one, executions: [100] },
			perItem,
		);
		const many = await runner.medians(
			['ours'],
			{ options: {} },
			{ ...one, executions: [1000] },
			perItem,
		);
		return [
			{
				case: this.name,
				goal: 'at most 1.1',
				ours: milliseconds(many.ours),
				reference: `100 items ${milliseconds(few.ours)}`,
				ratio: times(many.ours / few.ours),
				met: many.ours / few.ours <= 1.1,
			},
		];
	},
};

const journal: Case = {
	name: '1,000 items, no latency: time that the journal takes, and n8n to store it once',
	async measure(runner) {
		const settings = { ...one, executions: [1000], timeJournal: true };
		const { wallMs, journalMs = Number.NaN } = await runner.run('ours', { options: {} }, settings);
		return [
			{
				case: this.name,
				goal: 'at most 3 % of the run',
				ours: milliseconds(journalMs),
				reference: `the run ${seconds(wallMs)}`,
				ratio: times(journalMs / wallMs),
				met: journalMs > 0 && journalMs / wallMs <= 0.03,
			},
		];
	},
};

const MAX_HELD_MS = 100;

/**
 * A case of the longest time that the node holds the event loop, which n8n's editor and all other workflows share.
 *
 * @param reference why n8n's own node cannot do the same; absent where it can
 */
const holdsLoop = (
	{ name, reference }: { name: string; reference?: string },
	server: ServerOrder,
	settings: Partial<Settings>,
): Case => ({
	name: `${name}: longest hold of the event loop`,
	async measure(runner) {
		const { ours, rival } = await runner.medians(
			reference === undefined ? ['ours', 'rival'] : ['ours'],
			server,
			{ ...one, ...settings, watchLoop: true },
			({ heldMs = Number.NaN }) => heldMs,
		);
		return [
			{
				case: this.name,
				goal: `at most ${MAX_HELD_MS} ms`,
				ours: milliseconds(ours),
				reference: reference ?? `n8n's node ${milliseconds(rival)}`,
				ratio: times(ours / (reference === undefined ? rival : MAX_HELD_MS)),
				met: ours <= MAX_HELD_MS,
			},
		];
	},
});

const portraits = (place: string, storage: BinaryStorage): Case =>
	holdsLoop(
		{
			name: `30 rows, a 3 MB portrait of its own each, n8n's files ${place}`,
			reference: "n8n's node has no image to image",
		},
		{ options: {} },
		{ executions: [30], portraitBytes: 3 * MB, ownPortraits: true, storage },
	);

const responsive: readonly Case[] = [
	holdsLoop(
		{ name: '5,000 rows, links only, no latency' },
		{ options: {} },
		{ executions: [5000], linksOnly: true },
	),
	portraits('on disk', 'filesystem'),
	portraits('in memory', 'default'),
	holdsLoop(
		{
			name: '300 rows refused for prompts of 100,000 characters',
			reference: "n8n's node sends any prompt",
		},
		{ options: {} },
		{ executions: [300], refusedCharacters: 100_000 },
	),
	holdsLoop(
		{ name: '60 images of 1 MB, no latency' },
		{ options: { imageBytes: MB } },
		{ executions: [60] },
	),
	holdsLoop(
		{
			name: '10 requests, 9 images of 4 MB inside each answer, 5 in flight',
			reference: "n8n's node takes links alone",
		},
		{ options: { imageBytes: 4 * MB } },
		{ executions: [10], imagesPerItem: 9, inline: true },
	),
];

/** The table of the benchmark, in its order. */
export const CASES: readonly Case[] = [
	speed,
	cpu,
	memory,
	inline,
	portrait,
	paced({
		name: '25 requests from two executions on one key, server limit 10 a sliding minute',
		executions: [13, 12],
		limit: 10,
		maxWasted: 0,
		maxRatio: 1.05,
	}),
	paced({
		name: '12 requests, server lets 5 a minute pass while the option says 10',
		executions: [12],
		limit: 5,
		maxWasted: 8,
		maxRatio: 1.25,
	}),
	growth,
	journal,
	...responsive,
];
