const base = require('../../jest.config');

/** Packages below n8n's engine that are ES modules alone; jest needs them as CommonJS. */
const ES_MODULES = '/node_modules/(p-retry|is-network-error)/';

/**
 * The tests that touch n8n, on the engine of the oldest n8n that the package supports.
 *
 * @type {import('jest').Config}
 */
module.exports = {
	...base,
	rootDir: '../..',
	testMatch: ['<rootDir>/test/{unit,node,compat}/**/*.test.ts'],
	// No code of n8n runs in these.
	testPathIgnorePatterns: [
		'/node_modules/',
		'/test/unit/(bench|demo|errorTable|host|layout|readme).test.ts$',
		'/test/unit/sandbox/',
		'/test/node/tarball.test.ts$',
	],
	resolver: '<rootDir>/test/compat/resolver.cjs',
	transform: { ...base.transform, [`${ES_MODULES}.+\\.js$`]: base.transform['^.+\\.ts$'] },
	transformIgnorePatterns: [`/node_modules/(?!(p-retry|is-network-error)/)`],
	collectCoverage: false,
	// That engine keeps a timer going for its SSH connections; storm.test.ts counts what our node leaves behind.
	forceExit: true,
};
