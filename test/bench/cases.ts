import { measure, withServer } from './processes';
import type { Job, Measurement, ServerOrder, ServerStats, Subject } from './types';

const MB = 1024 * 1024;
const MINUTE_MS = 60_000;

type Settings = Omit<Job, 'subject' | 'api' | 'rivalFolder'>;

interface Run extends Measurement {
	stats: ServerStats;
}

/** One figure with what it is measured by. */
export interface Figure {
	case: string;
	goal: string;
	ours: string;
	reference: string;
	ratio: string;
	met: boolean;
}

/** A case of the table: its runs, and the figures they give. */
export interface Case {
	name: string;
	measure: (runner: Runner) => Promise<Figure[]>;
}

/** Runs jobs, each with a server and a process of its own. */
export class Runner {
	constructor(
		private readonly rivalFolder: string,
		private readonly report: (line: string) => void,
	) {}

	async run(subject: Subject, server: ServerOrder, settings: Settings): Promise<Run> {
		const { result, stats } = await withServer(
			server,
			async (api) => await measure({ subject, rivalFolder: this.rivalFolder, api, ...settings }),
		);
		const expected = settings.executions.reduce(
			(sum, items) => sum + items * settings.imagesPerItem,
			0,
		);
		if (result.images !== expected) {
			throw new Error(`${subject} made ${result.images} of ${expected} images`);
		}
		this.report(
			`${subject}: ${seconds(result.wallMs)}, CPU ${seconds(result.cpuMs)}, ${megabytes(result.peakMb)}`,
		);
		return { ...result, stats };
	}

	/** The median of three runs of each subject by one measure, in turn, so that a busy moment hits all alike. */
	async medians<S extends Subject>(
		subjects: readonly S[],
		server: ServerOrder,
		settings: Settings,
		by: (run: Run) => number,
	): Promise<Record<S, number>> {
		const runs = new Map<S, number[]>(subjects.map((subject) => [subject, []]));
		for (let round = 0; round < 3; round++) {
			for (const [subject, values] of runs) {
				values.push(by(await this.run(subject, server, settings)));
			}
		}
		const middle = (values: number[]) => values.sort((a, b) => a - b)[1] ?? Number.NaN;
		return Object.fromEntries(
			[...runs].map(([subject, values]) => [subject, middle(values)]),
		) as Record<S, number>;
	}
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const milliseconds = (ms: number) => `${ms.toFixed(2)} ms`;
const megabytes = (mb: number) => `${mb.toFixed(0)} MB`;
const times = (ratio: number) => ratio.toFixed(3);

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
		const { ours, rival, floor } = await runner.medians(
			['ours', 'rival', 'floor'],
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

const portrait: Case = {
	name: '60 prompts on one 9 MB portrait, 5 in flight: peak memory',
	async measure(runner) {
		const { ours } = await runner.medians(
			['ours'],
			{ options: { latencyMs: 300 } },
			{ ...one, executions: [60], portraitBytes: 9 * MB },
			({ peakMb }) => peakMb,
		);
		return [
			{
				case: this.name,
				goal: 'at most 450 MB',
				ours: megabytes(ours),
				reference: "n8n's node has no image to image",
				ratio: times(ours / 450),
				met: ours <= 450,
			},
		];
	},
};

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

/** The table of the benchmark, in its order. */
export const CASES: readonly Case[] = [
	speed,
	cpu,
	memory,
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
];
