import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

/** In n8n's combined binary mode an item's files sit in this field of its JSON. */
const COMBINED_FILES_FIELD = '_files';

type Files = Record<string, unknown>;

/** Whether the workflow keeps files in the JSON of its items; a field of that name proves nothing. */
const isCombined = (context: IExecuteFunctions): boolean =>
	// Engines before that mode do not tell the settings.
	context.getWorkflowSettings?.().binaryMode === 'combined';

const own = (files: unknown, name: string): unknown =>
	typeof files === 'object' && files !== null && Object.hasOwn(files, name)
		? (files as Files)[name]
		: undefined;

const isFile = (value: unknown): value is IBinaryData =>
	typeof value === 'object' && value !== null && 'mimeType' in value;

function atPath(context: IExecuteFunctions, itemIndex: number, path: string) {
	try {
		return context.helpers.assertBinaryData(itemIndex, path);
	} catch {
		// Our own words name the field as displayed.
		return undefined;
	}
}

/** An item of the input; nodes may leave out its JSON where it has files. */
function itemAt(context: IExecuteFunctions, itemIndex: number) {
	const { json, binary } = context.getInputData()[itemIndex] ?? {};
	const combined = isCombined(context) ? own(json ?? {}, COMBINED_FILES_FIELD) : undefined;
	return { json, binary, combined };
}

/** The file in a field of an input item, by its name, or in combined mode by its path too; undefined without one. */
export function findFile(
	context: IExecuteFunctions,
	itemIndex: number,
	name: string,
): IBinaryData | undefined {
	const { json, binary, combined } = itemAt(context, itemIndex);
	// A name as it is comes first: it may hold dots and brackets, which a path gives a meaning.
	const named = [combined, binary, isCombined(context) ? json : undefined]
		.map((files) => own(files, name))
		.find(isFile);
	return named ?? (isCombined(context) ? atPath(context, itemIndex, name) : undefined);
}

/** The names of the fields in which an input item has files. */
export function namesOfFiles(context: IExecuteFunctions, itemIndex: number): string[] {
	const { binary, combined } = itemAt(context, itemIndex);
	return [...Object.keys(binary ?? {}), ...Object.keys(combined ?? {})];
}
