import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

import type { IExecuteFunctions, INode } from 'n8n-workflow';

import * as apiKey from '../../credentials/apiKey';
import * as destination from '../../credentials/destination';
import * as invisible from '../../credentials/invisible';
import * as pasted from '../../credentials/pasted';
import * as regions from '../../credentials/regions';
import * as verdict from '../../credentials/verdict';
import * as answer from '../../nodes/MiniMaxImage/api/answer';
import * as codes from '../../nodes/MiniMaxImage/api/codes';
import * as images from '../../nodes/MiniMaxImage/api/images';
import * as refusedAnswer from '../../nodes/MiniMaxImage/api/refusedAnswer';
import * as submit from '../../nodes/MiniMaxImage/api/submit';
import * as words from '../../nodes/MiniMaxImage/api/words';
import * as description from '../../nodes/MiniMaxImage/description';
import * as displayText from '../../nodes/MiniMaxImage/displayText';
import * as downloadUrl from '../../nodes/MiniMaxImage/http/downloadUrl';
import * as excerpt from '../../nodes/MiniMaxImage/http/excerpt';
import * as hosts from '../../nodes/MiniMaxImage/http/hosts';
import * as jsonBody from '../../nodes/MiniMaxImage/http/jsonBody';
import * as networkErrors from '../../nodes/MiniMaxImage/http/networkErrors';
import * as parseUrl from '../../nodes/MiniMaxImage/http/parseUrl';
import * as retryPolicy from '../../nodes/MiniMaxImage/http/retryPolicy';
import * as format from '../../nodes/MiniMaxImage/images/format';
import * as jpeg from '../../nodes/MiniMaxImage/images/jpeg';
import * as pixelSize from '../../nodes/MiniMaxImage/images/pixelSize';
import * as png from '../../nodes/MiniMaxImage/images/png';
import * as whole from '../../nodes/MiniMaxImage/images/whole';
import * as aspectRatio from '../../nodes/MiniMaxImage/input/aspectRatio';
import * as base64 from '../../nodes/MiniMaxImage/input/base64';
import * as checks from '../../nodes/MiniMaxImage/input/checks';
import * as choices from '../../nodes/MiniMaxImage/input/choices';
import * as fieldName from '../../nodes/MiniMaxImage/input/fieldName';
import * as itemFiles from '../../nodes/MiniMaxImage/input/itemFiles';
import * as links from '../../nodes/MiniMaxImage/input/links';
import * as modelParameters from '../../nodes/MiniMaxImage/input/modelParameters';
import * as parameters from '../../nodes/MiniMaxImage/input/parameters';
import * as referenceBytes from '../../nodes/MiniMaxImage/input/referenceBytes';
import * as referenceFiles from '../../nodes/MiniMaxImage/input/referenceFiles';
import * as referenceParts from '../../nodes/MiniMaxImage/input/referenceParts';
import * as settings from '../../nodes/MiniMaxImage/input/settings';
import * as sharePages from '../../nodes/MiniMaxImage/input/sharePages';
import * as text from '../../nodes/MiniMaxImage/input/text';
import * as itemError from '../../nodes/MiniMaxImage/itemError';
import * as journal from '../../nodes/MiniMaxImage/journal';
import * as models from '../../nodes/MiniMaxImage/models';
import * as downloadCodes from '../../nodes/MiniMaxImage/output/downloadCodes';
import * as errors from '../../nodes/MiniMaxImage/output/errors';
import * as fileNames from '../../nodes/MiniMaxImage/output/fileNames';
import * as html from '../../nodes/MiniMaxImage/output/html';
import * as linkLife from '../../nodes/MiniMaxImage/output/linkLife';
import * as paidImages from '../../nodes/MiniMaxImage/output/paidImages';
import * as plainText from '../../nodes/MiniMaxImage/plainText';

/** Functions that take text: how long it can be there, and how they are given it. */
interface Target {
	length: number;
	call: (text: string) => unknown;
}

/** The bound of a choice, a number, a name, a code or an ID, of words of a service, and of the others. */
const SHORT = 200;
const WORDS = 1_000;
const API_KEY = 4_096;
const BASE_URL = 2_048;
const LINK = 8_192;
const TEXT = 50_000;
/** Of what has no bound of its own: as long as the longest text. */
const ANY = 100_000;

const redact = words.redactor('sk-api-0123456789abcdef');

const node = { name: 'Node', type: 'x', typeVersion: 1 } as INode;
const range = { min: 0, max: 9, unit: 'pixels' };
const bytes = (one: string) => Buffer.from(one, 'latin1');
const itemErrorOf = (one: string) =>
	new itemError.ItemError(one, { code: one.slice(0, SHORT), detail: one, remedy: one });
const answerOf = (one: string) => ({
	statusCode: 200,
	headers: { 'retry-after': one.slice(0, 40), 'trace-id': one.slice(0, SHORT) },
	baseUrl: 'https://x.example',
	text: one,
});
const addressOf = (one: string) => new URL(`https://${encodeURIComponent(one)}.example/${one}`);

/** What n8n offers a node whose fields all hold the same. */
const n8nWith = (one: string, name = 'data') =>
	({
		getInputData: () => [{ json: {}, binary: { [name]: { mimeType: 'image/jpeg', data: '' } } }],
		getNodeParameter: (field: string) => (field === 'options' ? allOptions(one) : one),
	}) as unknown as IExecuteFunctions;
const allOptions = (one: string) =>
	Object.fromEntries(['seed', 'fileName', 'style', 'timeout', 'transfer'].map((key) => [key, one]));

const readerOf = (inputType: 'url' | 'binary') =>
	new referenceParts.ReferenceReader(inputType, { isMiniMax: true });

const target = (length: number, call: Target['call']): Target => ({ length, call });

/** By module and name; what follows a blank tells apart how a function is called. */
const TAKE_TEXT: [module: object, targets: Record<string, Target>][] = [
	[apiKey, { resolveApiKey: target(API_KEY, (one) => apiKey.resolveApiKey({ apiKey: one })) }],
	[
		destination,
		{
			resolveDestination: target(LINK, (one) =>
				destination.resolveDestination({ url: one, baseURL: one }, 'https://x.example'),
			),
			refuseDetours: target(LINK, (one) =>
				destination.refuseDetours({ method: one as 'GET' }, new URL('https://x.example')),
			),
			isPaid: target(LINK, (one) => destination.isPaid({ method: 'POST' }, addressOf(one))),
			headersBesideKey: target(LINK, (one) =>
				destination.headersBesideKey({ headers: { [one]: one } }, new URL('https://x.example')),
			),
		},
	],
	[invisible, { withoutInvisible: target(API_KEY, invisible.withoutInvisible) }],
	[
		pasted,
		{
			stripEnds: target(API_KEY, (one) => pasted.stripEnds(one, pasted.QUOTES, pasted.QUOTES)),
			quoted: target(ANY, pasted.quoted),
			readField: target(ANY, (one) => pasted.readField('It', one, API_KEY)),
		},
	],
	[
		regions,
		{
			regionName: target(SHORT, regions.regionName),
			isMiniMaxHost: target(BASE_URL, regions.isMiniMaxHost),
			resolveBaseUrl: target(BASE_URL, (one) =>
				regions.resolveBaseUrl({ region: 'custom', baseUrl: one }),
			),
		},
	],
	[
		verdict,
		{
			wordsForNoAnswer: target(BASE_URL, (one) =>
				verdict.wordsForNoAnswer(one.slice(0, SHORT), one),
			),
		},
	],
	[answer, { readAnswer: target(ANY, (one) => answer.readAnswer(answerOf(one), 0, redact)) }],
	[retryPolicy, { readRetryAfter: target(ANY, (one) => retryPolicy.readRetryAfter(one, 0)) }],
	[
		words,
		{
			redactor: target(LINK, (one) => words.redactor(one.slice(0, API_KEY))(one)),
			'redactor of links': target(LINK, redact),
			readWords: target(ANY, (one) => words.readWords(one, redact)),
			readPage: target(ANY, (one) => words.readPage(one, redact)),
			readId: target(ANY, (one) => words.readId(one, redact)),
		},
	],
	[
		displayText,
		{
			displayText: target(ANY, displayText.displayText),
			cutText: target(ANY, (one) => displayText.cutText(one, WORDS)),
			withoutControls: target(ANY, displayText.withoutControls),
		},
	],
	[
		codes,
		{
			isKnownCode: target(SHORT, codes.isKnownCode),
			entryOf: target(SHORT, codes.entryOf),
			kindOf: target(SHORT, codes.kindOf),
		},
	],
	[
		images,
		{
			readImages: target(LINK, (one) =>
				images.readImages(
					{ data: { image_urls: [one], image_base64: [one] } },
					'https://x.example',
					redact,
				),
			),
			toLink: target(LINK, (one) => images.toLink(one, 'https://x.example', redact)),
		},
	],
	[
		refusedAnswer,
		{
			isObject: target(ANY, refusedAnswer.isObject),
			toObject: target(ANY, refusedAnswer.toObject),
			readRefusal: target(ANY, (one) =>
				refusedAnswer.readRefusal(
					{ statusCode: 500, text: one },
					{ base_resp: { status_code: one.slice(0, SHORT), status_msg: one }, error: one },
					false,
					redact,
				),
			),
		},
	],
	[
		submit,
		{
			toItemError: target(WORDS, (one) =>
				submit.toItemError(
					{ code: one.slice(0, SHORT), detail: one },
					{ region: one, host: one, timeoutMs: 1 },
				),
			),
		},
	],
	[
		description,
		{
			fieldsOf: target(SHORT, description.fieldsOf),
			labelOf: target(SHORT, description.labelOf),
			defaultOf: target(SHORT, description.defaultOf),
		},
	],
	[
		downloadUrl,
		{
			downloadAddress: target(LINK, (one) =>
				downloadUrl.downloadAddress(one, new URL('https://x.example'), 'https://x.example'),
			),
		},
	],
	[excerpt, { text: target(ANY, excerpt.text), excerpt: target(ANY, excerpt.excerpt) }],
	[
		hosts,
		{ isLinkLocal: target(LINK, hosts.isLinkLocal), isPrivate: target(LINK, hosts.isPrivate) },
	],
	[jsonBody, { parseJson: target(ANY, (one) => jsonBody.parseJson({ text: one })) }],
	[networkErrors, { toFailure: target(WORDS, (one) => networkErrors.toFailure(new Error(one))) }],
	[
		parseUrl,
		{ parseUrl: target(LINK, parseUrl.parseUrl), parseWebUrl: target(LINK, parseUrl.parseWebUrl) },
	],
	[
		format,
		{
			ascii: target(ANY, (one) => format.ascii(bytes(one), 0, ANY)),
			identifyImage: target(ANY, (one) => format.identifyImage(bytes(one))),
			describeFile: target(ANY, (one) => format.describeFile(bytes(one))),
		},
	],
	[
		jpeg,
		{
			startsAsJpeg: target(ANY, (one) => jpeg.startsAsJpeg(bytes(`\xff\xd8${one}`))),
			jpegSegments: target(ANY, (one) => [...jpeg.jpegSegments(bytes(`\xff\xd8${one}`))]),
			hasEnd: target(ANY, (one) => jpeg.hasEnd(bytes(`\xff\xd8${one}`))),
		},
	],
	[
		pixelSize,
		{ readPixelSize: target(ANY, (one) => pixelSize.readPixelSize(bytes(`GIF89a${one}`))) },
	],
	[
		png,
		{
			chunkName: target(ANY, (one) => png.chunkName(bytes(one), 8)),
			chunkEnd: target(ANY, (one) => png.chunkEnd(bytes(one), 8)),
			findChunk: target(ANY, (one) => png.findChunk(bytes(one), png.IEND)),
		},
	],
	[whole, { isWhole: target(ANY, (one) => whole.isWhole(bytes(`\xff\xd8\xff${one}`))) }],
	[aspectRatio, { checkAspectRatio: target(ANY, aspectRatio.checkAspectRatio) }],
	[
		base64,
		{
			decodeDataUrl: target(ANY, (one) =>
				base64.decodeDataUrl(`data:image/png;base64,${one}`, 'It'),
			),
			unwrapFile: target(ANY, (one) => base64.unwrapFile(bytes(`data:image/png,${one}`), 'It')),
		},
	],
	[
		checks,
		{
			preview: target(ANY, (one) => checks.preview([one])),
			shown: target(ANY, checks.shown),
			isUnset: target(ANY, checks.isUnset),
			toWellFormed: target(ANY, checks.toWellFormed),
			describeRange: target(SHORT, (one) => checks.describeRange({ max: 1, unit: one })),
			checkNumber: target(ANY, (one) => checks.checkNumber('It', one, range)),
			checkWholeNumber: target(ANY, (one) => checks.checkWholeNumber('It', one, range)),
			checkSeed: target(ANY, (one) => checks.checkSeed('It', one)),
			checkBoolean: target(ANY, (one) => checks.checkBoolean('It', one)),
			checkText: target(ANY, (one) => checks.checkText('It', one, 1_500)),
		},
	],
	[
		choices,
		{
			unwrapChoice: target(ANY, choices.unwrapChoice),
			findChoice: target(ANY, (one) => choices.findChoice(one, models.MODELS)),
			checkChoice: target(ANY, (one) => choices.checkChoice('transfer', one, ['url'])),
		},
	],
	[
		fieldName,
		{
			fieldName: target(SHORT, fieldName.fieldName),
			orDefault: target(ANY, (one) => fieldName.orDefault('model', one)),
			fieldChoices: target(SHORT, fieldName.fieldChoices),
		},
	],
	[
		itemFiles,
		{
			findFile: target(SHORT, (one) => itemFiles.findFile(n8nWith(one), 0, one)),
			namesOfFiles: target(ANY, (one) => itemFiles.namesOfFiles(n8nWith(one, one), 0)),
		},
	],
	[
		links,
		{
			isDataUrl: target(ANY, links.isDataUrl),
			refuseBotToken: target(TEXT, (one) => links.refuseBotToken('It', one)),
			checkLink: target(TEXT, (one) => links.checkLink('It', one, { isMiniMax: true })),
		},
	],
	[
		modelParameters,
		{
			readModel: target(ANY, (one) => modelParameters.readModel(() => one, 'imageToImage')),
			readSize: target(ANY, (one) =>
				modelParameters.readSize(
					(name) => (name === 'aspectRatio' ? 'custom' : one),
					models.unknownModel('x'),
				),
			),
			readStyle: target(ANY, (one) =>
				modelParameters.readStyle(() => one, { styleWeight: one }, models.unknownModel('x')),
			),
		},
	],
	[
		parameters,
		{
			readParameters: target(ANY, (one) =>
				parameters.readParameters(n8nWith(one), 0, { isMiniMax: true }),
			),
		},
	],
	[
		referenceBytes,
		{
			checkReference: target(ANY, (one) => referenceBytes.checkReference(bytes(one), one)),
			withOneStart: target(ANY, (one) => referenceBytes.withOneStart(bytes(one))),
		},
	],
	[
		referenceFiles,
		{
			checkReference: target(ANY, (one) => referenceFiles.checkReference(bytes(one), one)),
			locate: target(SHORT, (one) =>
				referenceFiles.locate(n8nWith(one, `${one}!`), 0, {
					inputType: 'binary',
					parts: [{ field: one }],
				}),
			),
		},
	],
	[
		referenceParts,
		{
			'ReferenceReader of links': target(TEXT, (one) => readerOf('url').read(one)),
			'ReferenceReader of names': target(TEXT, (one) => readerOf('binary').read(one)),
			'ReferenceReader of a list': target(TEXT, (one) => readerOf('url').read([{ a: [one] }])),
		},
	],
	[
		settings,
		{
			readOrDefault: target(ANY, (one) => settings.readOrDefault(() => one, 'model')),
			optional: target(ANY, (one) => settings.optional({ seed: one }, 'seed', checks.checkSeed)),
			readOutput: target(ANY, (one) =>
				settings.readOutput(() => true, { fileName: one, includeInputFields: true }),
			),
			readSend: target(ANY, (one) => settings.readSend({ timeout: one })),
		},
	],
	[sharePages, { sharePageOf: target(LINK, (one) => sharePages.sharePageOf(addressOf(one))) }],
	[
		text,
		{
			startsAsBase64: target(TEXT, text.startsAsBase64),
			parseJson: target(TEXT, text.parseJson),
			lengthOfWords: target(ANY, (one) => text.lengthOfWords(one, 100)),
			splitText: target(TEXT, (one) => text.splitText(one, /[\r\n]+|[,;]\s/, 100)),
		},
	],
	[
		itemError,
		{
			ItemError: target(WORDS, (one) => itemErrorOf(one).notSent()),
			invalidInput: target(WORDS, (one) => itemError.invalidInput(one, one)),
		},
	],
	[journal, { digestOf: target(ANY, journal.digestOf) }],
	[
		models,
		{
			unknownModel: target(SHORT, models.unknownModel),
			styleName: target(SHORT, models.styleName),
		},
	],
	[
		downloadCodes,
		{
			isWorthRetrying: target(SHORT, (one) => downloadCodes.isWorthRetrying({ code: one })),
			isGone: target(SHORT, (one) => downloadCodes.isGone({ code: one })),
			toDownloadFailure: target(SHORT, (one) =>
				downloadCodes.toDownloadFailure({ code: one, detail: one }),
			),
			downloadEntryOf: target(SHORT, downloadCodes.downloadEntryOf),
		},
	],
	[
		errors,
		{
			toNodeError: target(WORDS, (one) => errors.toNodeError(node, itemErrorOf(one), 0)),
			toRunError: target(WORDS, (one) =>
				errors.toRunError(node, itemErrorOf(one), 0, { paid: { links: [one], inline: 1 } }),
			),
			toToolError: target(WORDS, (one) =>
				errors.toToolError(node, itemErrorOf(one), 0, { links: [one], inline: 1 }),
			),
		},
	],
	[
		fileNames,
		{
			safeBaseName: target(ANY, fileNames.safeBaseName),
			nameFromPrompt: target(3_000, fileNames.nameFromPrompt),
			FileNames: target(WORDS, (one) => new fileNames.FileNames().take(one, 9)),
		},
	],
	[
		html,
		{
			escapeHtml: target(ANY, html.escapeHtml),
			linkHtml: target(LINK, (one) => html.linkHtml(one, one)),
		},
	],
	[
		linkLife,
		{
			linkEnd: target(LINK, (one) => linkLife.linkEnd(`https://x/?Expires=${one}&se=${one}`)),
			linkEndAfter: target(LINK, (one) => linkLife.linkEndAfter(`https://x/?X-Amz-Date=${one}`, 0)),
		},
	],
	[
		paidImages,
		{
			describePaid: target(LINK, (one) =>
				paidImages.describePaid({ links: [one], inline: 1 }, 'html'),
			),
		},
	],
	[
		plainText,
		{
			plainText: target(SHORT, plainText.plainText),
			trimMarks: target(ANY, (one) => plainText.trimMarks(one, '. ')),
			readBoolean: target(ANY, plainText.readBoolean),
		},
	],
];

/** Functions and classes that take no text of a stranger or of a service, or hand it on to those above. */
const TAKE_NO_TEXT = [
	...['MiniMaxImageApi', 'lendHelpers', 'testHost', 'wordsForStatus', 'lacksFreeCall'],
	...[
		'checkingCertificates',
		'logSpending',
		'sumUp',
		'makeImages',
		'JsonBounds',
		'Lease',
		'ApiClient',
		'Refusals',
		'Submitter',
		'endPermit',
		'toWireRequest',
		'Batch',
		'Purchase',
	],
	...['modelValues', 'modelNames', 'runsAsTool', 'MiniMaxImage', 'Journal'],
	...['Base64Memory', 'BodyMemory', 'Base64Text', 'BodyError', 'readBody', 'readParts', 'readJson'],
	...['Breather', 'BufferPool', 'Downloader', 'FileFetcher', 'fail', 'RateLimiter', 'limiterFor'],
	...['limiterCount', 'Probes', 'Semaphore', 'SlidingWindow', 'Stopwatch', 'retryDelay', 'wait'],
	...['References', 'plan', 'Deliverer', 'ImageFiles', 'describeProgress', 'withProgress'],
	...['failureHints', 'hintsFor', 'paymentHints', 'waitHints', 'inWords', 'paidImages', 'report'],
	...['failedRow', 'toErrorItem', 'toItems'],
];

const functionName = (key: string): string => key.replace(/ .*/, '');

const ROOT = join(__dirname, '../..');

/** The names of all functions that a source file exports. */
async function functionsOf(file: string): Promise<string[]> {
	const exported = (await import(file)) as Record<string, unknown>;
	return Object.keys(exported).filter((name) => typeof exported[name] === 'function');
}

const sources = ['nodes', 'credentials'].flatMap((folder) =>
	readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.ts'))
		.map((file) => join(ROOT, folder, file)),
);

test('every function is listed here, as one that takes text or one that takes none', async () => {
	const listed = [
		...TAKE_TEXT.flatMap(([, targets]) => Object.keys(targets).map(functionName)),
		...TAKE_NO_TEXT,
	];
	const unlisted: string[] = [];
	for (const file of sources) {
		const missing = (await functionsOf(file)).filter((name) => !listed.includes(name));
		unlisted.push(...missing.map((name) => `${name} of ${relative(ROOT, file)}`));
	}

	expect(unlisted).toEqual([]);
	const unknown = TAKE_TEXT.flatMap(([module, targets]) =>
		Object.keys(targets).filter((name) => !(functionName(name) in module)),
	);
	expect(unknown).toEqual([]);
});

const repeated = (unit: string) => (length: number) =>
	unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
const behind = (start: string, unit: string) => (length: number) =>
	start + repeated(unit)(Math.max(0, length - start.length));

const ATTACKS: Record<string, (length: number) => string> = {
	')': behind('https://x/a', ')'),
	'(': behind('https://x/a', '('),
	'[': repeated('['),
	'{': repeated('{'),
	'{"a":': repeated('{"a":'),
	blanks: behind('1', ' '),
	'tabs and lines': repeated('\t\n'),
	'.': behind('a', '.'),
	'"': repeated('"'),
	'quotes in a word': behind('export A=a', '"'),
	"' and `": repeated("'`"),
	digits: repeated('1'),
	'<a href=': repeated('<a href="https://x'),
	'<': repeated('<p '),
	'![](': repeated('![]('),
	'data:,': repeated('data:,'),
	'data:': repeated('data:'),
	'%41': behind('data:image/png;base64,', '%41'),
	'\\': repeated('\\'),
	'=': behind('a', '='),
	':': repeated(':'),
	'\u200b': repeated('\u200b'),
	'-': behind('- ', '-'),
	'https://x/': repeated('https://x/'),
	links: repeated('https://x/, '),
	'1,': repeated('1,234'),
	emoji: repeated('🦊'),
	'ﷺ, which is 18 letters': repeated('ﷺ'),
	Bearer: repeated('Bearer '),
	'JSON in JSON': (length) => JSON.stringify(JSON.stringify([repeated('"')(length / 4)])),
	'x.': behind('https://', 'x.'),
};

/** More than any other process on the machine makes of a call that is quick. */
const HOPELESS_MS = 1_000;

/** ms that a call takes, the best of three. */
function timeOf(call: () => unknown): number {
	let best = Infinity;
	for (let attempt = 0; attempt < 3 && best > MOST_MS; attempt++) {
		const startedAt = process.cpuUsage();
		try {
			call();
		} catch {
			// A refusal is as good an end as any.
		}
		best = Math.min(best, process.cpuUsage(startedAt).user / 1000);
		if (best > HOPELESS_MS) break;
	}
	return best;
}

const MOST_MS = 50;

const targets = TAKE_TEXT.flatMap(([, all]) => Object.entries(all));

test.each(targets)('%s is done with any text within moments', (_name, { length, call }) => {
	const slow = Object.entries(ATTACKS).flatMap(([attack, make]) => {
		const full = make(length);
		// What a pattern goes back for is often an end that does not fit.
		return [full, `${full.slice(0, length - 2)}\u0001x`].flatMap((text) => {
			const ms = timeOf(() => call(text));
			return ms > MOST_MS ? [`${attack}: ${ms.toFixed(0)} ms`] : [];
		});
	});

	expect(slow).toEqual([]);
});
