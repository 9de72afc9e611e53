import {
	ASPECT_RATIOS,
	CUSTOM_RATIO,
	CUSTOM_SIZE,
	MODELS,
	modelNames,
	modelValues,
} from '../../nodes/MiniMaxImage/models';

test('the ratios are the eight of the API, with the pixels that it makes of them', () => {
	expect(ASPECT_RATIOS.map(({ value, width, height }) => `${value} ${width}x${height}`)).toEqual([
		'1:1 1024x1024',
		'16:9 1280x720',
		'4:3 1152x864',
		'3:2 1248x832',
		'2:3 832x1248',
		'3:4 864x1152',
		'9:16 720x1280',
		'21:9 1344x576',
	]);
});

test.each(ASPECT_RATIOS)('the pixels of $value have that shape', ({ value, width, height }) => {
	const [across = 0, down = 1] = value.split(':').map(Number);

	expect(width / height).toBeCloseTo(across / down, 2);
	expect([width % CUSTOM_SIZE.step, height % CUSTOM_SIZE.step]).toEqual([0, 0]);
	expect(Math.min(width, height)).toBeGreaterThanOrEqual(CUSTOM_SIZE.min);
	expect(Math.max(width, height)).toBeLessThanOrEqual(CUSTOM_SIZE.max);
});

test('the default model comes first', () => {
	expect(MODELS.map(({ value }) => value)).toEqual(['image-01', 'image-01-live']);
});

test('image-01 takes every ratio and size, and no styles', () => {
	expect(MODELS[0]).toMatchObject({
		aspectRatios: ASPECT_RATIOS.map(({ value }) => value),
		customSize: true,
		references: true,
		styles: [],
	});
});

test('image-01-live takes all but the widest ratio, no sizes of its own, and four styles', () => {
	expect(MODELS[1]).toMatchObject({
		aspectRatios: ['1:1', '16:9', '4:3', '3:2', '2:3', '3:4', '9:16'],
		customSize: false,
		references: true,
		styles: [
			{ value: '漫画', name: 'Comic' },
			{ value: '元气', name: 'Lively' },
			{ value: '中世纪', name: 'Medieval' },
			{ value: '水彩', name: 'Watercolor' },
		],
	});
});

test('no ratio is taken for the word that stands for a size', () => {
	expect(ASPECT_RATIOS.map(({ value }) => value)).not.toContain(CUSTOM_RATIO);
});

test('models are named by what they accept', () => {
	expect(modelNames(({ references }) => references)).toBe('Image-01 or Image-01 Live');
	expect(modelNames(({ customSize }) => customSize)).toBe('Image-01');
	expect(modelNames(() => false)).toBe('');
	expect(modelValues(({ styles }) => styles.length > 0)).toEqual(['image-01-live']);
	expect(modelValues(() => true)).toEqual(['image-01', 'image-01-live']);
});
