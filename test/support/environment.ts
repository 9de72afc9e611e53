// Read by n8n-core when it loads: a folder of its own instead of the developer's ~/.n8n, and a quiet log.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Points n8n-core to a new folder under the system's temporary files, and returns its path. */
export function prepareEnvironment(): string {
	const folder = mkdtempSync(join(tmpdir(), 'minimax-image-n8n-'));
	process.env.N8N_USER_FOLDER = folder;
	process.env.N8N_ENCRYPTION_KEY = 'only-for-tests';
	process.env.N8N_LOG_LEVEL = 'silent';
	process.env.N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS = 'false';
	return folder;
}

// In jest's workers the folder is there already; in a developer's shell it may be that of a real n8n.
if (!process.env.JEST_WORKER_ID) {
	const folder = prepareEnvironment();
	process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}
