import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

const shipped = ['nodes/**/*.ts', 'credentials/**/*.ts', 'package.json'];

/** The rooms of the node: from where each may not import, and why. Types may come from anywhere but the node. */
const rooms = [
	{
		room: 'http',
		from: ['api', 'description', 'input', 'output', 'images'],
		types: false,
		because: 'http/ knows nothing of MiniMax, images or items: hand it what it needs.',
	},
	{
		room: 'images',
		from: ['api', 'description', 'input', 'output', 'http'],
		types: false,
		because: 'images/ knows image files by their bytes, and nothing else.',
	},
	{
		room: 'input',
		from: ['api', 'output'],
		types: true,
		because: 'input/ ends with a checked request. Share types, models.ts or itemError.ts.',
	},
	{
		room: 'api',
		from: ['input', 'output', 'description', 'images'],
		types: true,
		because: 'api/ knows the wire alone. Share types, models.ts or itemError.ts.',
	},
	{
		room: 'output',
		from: ['input', 'api'],
		types: true,
		because: 'output/ begins with an answer. Share types, models.ts or itemError.ts.',
	},
	{
		room: 'description',
		from: ['input', 'api', 'output', 'http', 'images'],
		types: false,
		because: 'description/ holds the fields of the UI, and everything else reads them.',
	},
];

const notTheNode = {
	regex: '\\.node$',
	message: 'Nothing imports the node file: it is where everything comes together.',
};
const restrict = (files, ...patterns) => ({
	files,
	rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
});
const roomRules = [
	restrict(['nodes/**/*.ts'], notTheNode),
	...rooms.map(({ room, from, types, because }) =>
		restrict([`nodes/*/${room}/**/*.ts`], notTheNode, {
			regex: `^\\.\\./(${from.join('|')})(/|$)`,
			allowTypeImports: types,
			message: because,
		}),
	),
];

const n8nNodesBaseRules = (set) => n8nNodesBase.configs[set].rules;

export default tseslint.config(
	{ ignores: ['dist/', 'coverage/', 'output/', '.n8n/', 'node_modules/'] },
	{ linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },

	// Everything we write in TypeScript.
	{
		files: ['**/*.ts'],
		extends: [tseslint.configs.strict, tseslint.configs.stylistic],
		rules: {
			'@typescript-eslint/consistent-type-imports': 'error',
			'@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
			'no-restricted-syntax': [
				'error',
				{ selector: 'TSAsExpression > TSNeverKeyword', message: 'Give the value its real type.' },
			],
		},
	},

	// Imports lead one way, from the node down.
	{
		files: ['nodes/**/*.ts'],
		plugins: { 'import-x': importX },
		settings: {
			'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts'] })],
			'import-x/extensions': ['.ts'],
			'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
		},
		rules: { 'import-x/no-cycle': 'error' },
	},
	...roomRules,

	// What users install: n8n's own rules, whole and without exceptions.
	{ ...n8nCommunityNodesPlugin.configs.recommended, files: shipped },
	{ files: shipped, plugins: { 'n8n-nodes-base': n8nNodesBase } },
	{
		files: ['nodes/**/*.ts'],
		rules: {
			...n8nNodesBaseRules('nodes'),
			// These want `['main']`, which `node-connection-type-literal` above refuses; n8n's scanner sides with that.
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
		},
	},
	{
		files: ['credentials/**/*.ts'],
		rules: {
			...n8nNodesBaseRules('credentials'),
			// For credentials inside n8n, whose documentation is a slug; community packages give a URL.
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
		},
	},
	{
		files: ['package.json'],
		languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
		rules: n8nNodesBaseRules('community'),
	},
);
