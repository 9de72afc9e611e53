const { sep } = require('node:path');

/** The packages of n8n's engine, whatever file of theirs is asked for. */
const ENGINE = /^(n8n-core|n8n-workflow|@n8n\/[^/]+)(\/|$)/;

/** Jest's resolver, save that n8n's engine is always the one of this folder, for the built package too. */
module.exports = (request, options) => {
	const fromHere = options.basedir.startsWith(__dirname + sep);
	const basedir = ENGINE.test(request) && !fromHere ? __dirname : options.basedir;
	return options.defaultResolver(request, { ...options, basedir });
};
