import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { SavedCredential, WorkflowFile } from '../host/rest';

const FOLDER = join(__dirname, '../../../examples');

/** The example that makes a picture with one click. */
export const FIRST_EXAMPLE = 'text-to-image.json';

/** Names of the example files; the one for the first click is last, so that n8n lists it on top. */
export function exampleFiles(): string[] {
	const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
	return [...files.filter((file) => file !== FIRST_EXAMPLE), FIRST_EXAMPLE];
}

/** Reads an example, with a saved credential in place of its placeholder. */
export function readExample(file: string, { id, name, type }: SavedCredential): WorkflowFile {
	const example = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as WorkflowFile;
	for (const { credentials } of example.nodes) {
		if (credentials?.[type]) credentials[type] = { id, name };
	}
	return example;
}
