import { updateDisplayOptions } from 'n8n-workflow';

import { model, prompt, result, size } from './common';

export const textToImage = updateDisplayOptions({ show: { operation: ['textToImage'] } }, [
	model,
	prompt,
	...size,
	...result,
]);
