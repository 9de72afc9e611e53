/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/{unit,node}/**/*.test.ts'],
	// An installed n8n, whose recipe jest would find twice.
	modulePathIgnorePatterns: ['<rootDir>/.n8n/'],
	transform: {
		'^.+\\.ts$': [
			'@swc/jest',
			{ jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
		],
	},
	globalSetup: '<rootDir>/test/support/jestSetup.ts',
	globalTeardown: '<rootDir>/test/support/jestTeardown.ts',
	testTimeout: 30_000,
	maxWorkers: 3,
	collectCoverage: true,
	// Counts in our own files alone; V8's counts in every file that n8n loads, which doubles the time of a run.
	coverageProvider: 'babel',
	collectCoverageFrom: ['nodes/**/*.ts', 'credentials/**/*.ts'],
	coverageReporters: ['text-summary', 'lcov'],
	coverageThreshold: { global: { lines: 95 } },
};
