import type { ExampleName } from './examples';

/** An image that a workflow made, as the page shows it. */
export interface Picture {
	/** Name of the file, without folder. */
	fileName: string;
	prompt: string;
	requestId: string;
	/** px, absent where the bytes do not tell. */
	width?: number;
	height?: number;
	seed?: number;
}

/** A row that gave no image, or not all of them. */
export interface FailedRow {
	/** From 1; absent where the workflow as a whole failed. */
	row?: number;
	prompt: string;
	message: string;
	description?: string;
}

/** What became of one workflow. */
export interface Result {
	name: ExampleName;
	/** The workflow's own name. */
	title: string;
	pictures: Picture[];
	failed: FailedRow[];
	/** Images that were asked for. */
	planned: number;
	seconds: number;
}
