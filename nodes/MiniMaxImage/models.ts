/** An aspect ratio of the API and the pixels it stands for. */
export interface AspectRatio {
	value: string;
	width: number;
	height: number;
	orientation: string;
}

/** A drawing style: the API's own word (China documents, `style_type`) and the name that users see. */
export interface Style {
	value: string;
	name: string;
}

/** What one model accepts. Adding a model is one entry in `MODELS`. */
export interface Model {
	value: string;
	name: string;
	description: string;
	aspectRatios: readonly string[];
	/** Whether `width` and `height` in pixels are taken instead of a ratio. */
	customSize: boolean;
	styles: readonly Style[];
	/** Set for a model that is not known here: MiniMax may know more styles than we do. */
	takesAnyStyle?: true;
	/** Whether reference images are taken, which Image to Image needs. */
	references: boolean;
}

/** Bounds of a custom size in pixels (API reference, `width` and `height`). */
export const CUSTOM_SIZE = { min: 512, max: 2048, step: 8 } as const;

/** Images that one request can make (API reference, `n`). */
export const IMAGE_COUNT = { min: 1, max: 9 } as const;

/** Longest prompt in characters, an emoji counting as one (API reference, `prompt`). */
export const PROMPT_MAX_CHARACTERS = 1500;

/** A reference image must be smaller than this (API reference, `image_file`). */
export const REFERENCE_LIMIT_BYTES = 10 * 1024 * 1024;

/** Range of the weight of a style; zero would switch the style off. */
export const STYLE_WEIGHT = { above: 0, max: 1 } as const;

/** The value of Aspect Ratio that stands for a width and a height of one's own. */
export const CUSTOM_RATIO = 'custom';

export const ASPECT_RATIOS: readonly AspectRatio[] = [
	{ value: '1:1', width: 1024, height: 1024, orientation: 'square' },
	{ value: '16:9', width: 1280, height: 720, orientation: 'wide' },
	{ value: '4:3', width: 1152, height: 864, orientation: 'landscape' },
	{ value: '3:2', width: 1248, height: 832, orientation: 'landscape' },
	{ value: '2:3', width: 832, height: 1248, orientation: 'portrait' },
	{ value: '3:4', width: 864, height: 1152, orientation: 'portrait' },
	{ value: '9:16', width: 720, height: 1280, orientation: 'tall' },
	{ value: '21:9', width: 1344, height: 576, orientation: 'ultra-wide' },
];

const allRatios = ASPECT_RATIOS.map(({ value }) => value);

/** Every model, the default first. */
export const MODELS: readonly Model[] = [
	{
		value: 'image-01',
		name: 'Image-01',
		description: 'Detailed, photographic images in every ratio and size',
		aspectRatios: allRatios,
		customSize: true,
		styles: [],
		references: true,
	},
	{
		value: 'image-01-live',
		name: 'Image-01 Live',
		description: 'Hand-drawn, cartoon and illustration looks, with a choice of styles',
		aspectRatios: allRatios.filter((ratio) => ratio !== '21:9'),
		customSize: false,
		styles: [
			{ value: '漫画', name: 'Comic' },
			{ value: '元气', name: 'Lively' },
			{ value: '中世纪', name: 'Medieval' },
			{ value: '水彩', name: 'Watercolor' },
		],
		references: true,
	},
];

const allStyles: readonly Style[] = MODELS.flatMap(({ styles }) => styles);

/** A model that is not known here, such as MiniMax's next one: what any model takes is let through. */
export function unknownModel(value: string): Model {
	return {
		value,
		name: value,
		description: 'A model that is not known here',
		aspectRatios: allRatios,
		customSize: true,
		styles: allStyles,
		takesAnyStyle: true,
		references: true,
	};
}

/** The names, as users see them, of the models that a test holds for: "Image-01 or Image-01 Live". */
export function modelNames(accepts: (model: Model) => boolean): string {
	return MODELS.filter(accepts)
		.map(({ name }) => name)
		.join(' or ');
}

/** The name of a style as users see it; a style that is not known is its own name. */
export const styleName = (type: string): string =>
	MODELS.flatMap(({ styles }) => styles).find(({ value }) => value === type)?.name ?? type;

/** The values of the models that a test holds for, as `displayOptions` want them. */
export function modelValues(accepts: (model: Model) => boolean): string[] {
	return MODELS.filter(accepts).map(({ value }) => value);
}
