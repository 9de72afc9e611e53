import { measure, withServer } from './processes';
import type { Job, Measurement, ServerOrder, ServerStats, Subject } from './types';

/** What a run is, apart from who works and where. */
export type Settings = Omit<Job, 'subject' | 'api' | 'rivalFolder'>;

/** What a run was seen to take, on both sides. */
export interface Run extends Measurement {
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
		const items = settings.executions.reduce((sum, count) => sum + count, 0);
		const [images, refused] = settings.refusedCharacters
			? [0, items]
			: [items * settings.imagesPerItem, 0];
		if (result.images !== images) {
			throw new Error(`${subject} made ${result.images} of ${images} images`);
		}
		if (result.refused !== refused) {
			throw new Error(`${subject} refused ${result.refused} of ${refused} items`);
		}
		const held = result.heldMs === undefined ? '' : `, loop held ${milliseconds(result.heldMs)}`;
		this.report(
			`${subject}: ${seconds(result.wallMs)}, CPU ${seconds(result.cpuMs)}, ${megabytes(result.peakMb)}${held}`,
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

export const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
export const milliseconds = (ms: number) => `${ms.toFixed(2)} ms`;
export const megabytes = (mb: number) => `${mb.toFixed(0)} MB`;
export const times = (ratio: number) => ratio.toFixed(3);
