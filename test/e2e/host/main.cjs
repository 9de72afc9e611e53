// @ts-check
// Installs n8n ahead of time, and needs nothing that is installed.
const { installHost } = require('./install.cjs');
const { ProgressLine, together } = require('./progress.cjs');

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
const progress = new ProgressLine();
installHost(together(progress.show)).then(
	({ version }) => {
		progress.end();
		console.log(`n8n ${version} is installed.`);
	},
	(error) => {
		progress.end();
		console.error(error.message);
		process.exit(1);
	},
);
