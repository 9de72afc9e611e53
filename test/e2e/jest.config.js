const { transform } = require('../../jest.config.js');

/** @type {import('jest').Config} */
module.exports = {
	rootDir: '../..',
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
	transform,
	globalSetup: '<rootDir>/test/e2e/support/jestSetup.ts',
	globalTeardown: '<rootDir>/test/e2e/support/jestTeardown.ts',
	// Copies of the recipe, whose names jest would find twice.
	modulePathIgnorePatterns: ['<rootDir>/.n8n/'],
	testTimeout: 120_000,
	maxWorkers: 2,
};
