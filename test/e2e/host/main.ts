import { installHost } from './install';
import { ProgressLine } from './progress';

/** Installs n8n ahead of time. */
const progress = new ProgressLine();
installHost(progress.show).then(
	({ version }) => {
		progress.end();
		console.log(`n8n ${version} is installed.`);
	},
	(error: Error) => {
		progress.end();
		console.error(error.message);
		process.exitCode = 1;
	},
);
