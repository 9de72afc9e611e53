import { updateDisplayOptions } from 'n8n-workflow';

import { model, prompt, result, size, style } from './common';

export const textToImage = updateDisplayOptions({ show: { operation: ['textToImage'] } }, [
	model,
	prompt,
	style,
	...size,
	...result,
]);
