import type { INodePropertyOptions } from 'n8n-workflow';

import { MODELS, modelValues } from '../models';

/** Shows a field for the models that have styles, wherever in the form the field stands. */
export const stylesOnly = {
	show: { '/model': modelValues(({ styles }) => styles.length > 0) },
};

/** The styles of all models, by the names that users see. */
export const STYLES: readonly INodePropertyOptions[] = MODELS.flatMap(({ styles }) =>
	styles.map(({ name, value }) => ({ name, value })),
);
