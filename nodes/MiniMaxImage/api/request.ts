import type { ImageRequest, Transfer } from '../input/types';

/** Body of `POST /v1/image_generation` (API reference). */
export interface WireRequest {
	model: string;
	prompt: string;
	aspect_ratio?: string;
	/** px, always with `height`. */
	width?: number;
	height?: number;
	response_format: Transfer;
	n: number;
	seed?: number;
	prompt_optimizer?: boolean;
	aigc_watermark?: boolean;
	subject_reference?: { type: 'character'; image_file: string }[];
	style?: { style_type: string; style_weight: number };
}

/**
 * The wire body of a request; the only place that writes the API's snake_case names.
 *
 * @param imageFiles links or data URLs of the reference images, none for text to image
 */
export function toWireRequest(request: ImageRequest, imageFiles: readonly string[]): WireRequest {
	const { model, prompt, size, count, transfer, seed, style } = request;
	return {
		model,
		prompt,
		// Never both: `aspect_ratio` would win over a custom size without a word.
		...('aspectRatio' in size
			? { aspect_ratio: size.aspectRatio }
			: { width: size.width, height: size.height }),
		response_format: transfer,
		n: count,
		...(seed !== undefined && { seed }),
		...(request.promptOptimizer !== undefined && { prompt_optimizer: request.promptOptimizer }),
		...(request.aigcWatermark !== undefined && { aigc_watermark: request.aigcWatermark }),
		...(style && { style: { style_type: style.type, style_weight: style.weight } }),
		...(imageFiles.length > 0 && {
			subject_reference: imageFiles.map((image_file) => ({
				type: 'character' as const,
				image_file,
			})),
		}),
	};
}
