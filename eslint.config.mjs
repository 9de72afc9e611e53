import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

const shipped = ['nodes/**/*.ts', 'credentials/**/*.ts', 'package.json'];
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
