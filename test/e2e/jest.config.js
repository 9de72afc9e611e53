const { modulePathIgnorePatterns, transform } = require('../../jest.config.js');

/** @type {import('jest').Config} */
module.exports = {
	rootDir: '../..',
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
	modulePathIgnorePatterns,
	transform,
	globalSetup: '<rootDir>/test/e2e/support/jestSetup.ts',
	globalTeardown: '<rootDir>/test/e2e/support/jestTeardown.ts',
	testTimeout: 120_000,
	maxWorkers: 3,
};
