import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { freePort, HOST } from '../host/ports';
import { startService } from './service';
import type { Service } from './service';

const exec = promisify(execFile);
/** Where Debian keeps each version; none of them is on the PATH. */
const VERSIONS = '/usr/lib/postgresql';
const DEBIAN_PACKAGE = 'postgresql';
const USER = 'n8n';

/** A running PostgreSQL with an empty database. n8n recommends it for queue mode, where SQLite is often locked. */
export interface Postgres extends Service {
	/** n8n's settings for it. */
	readonly env: Record<string, string>;
}

function findPrograms(): string {
	const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : [];
	const newest = versions.sort((one, other) => Number(one) - Number(other)).at(-1);
	if (newest) return join(VERSIONS, newest, 'bin');
	throw new Error(`There is no PostgreSQL: install Debian's package "${DEBIAN_PACKAGE}"`);
}

/** PostgreSQL refuses to run as root, and Debian's package brings a user for it. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number } | undefined> {
	if (process.getuid?.() !== 0) return undefined;
	const ask = async (what: '-u' | '-g') => Number((await exec('id', [what, 'postgres'])).stdout);
	return { uid: await ask('-u'), gid: await ask('-g') };
}

/** Starts a PostgreSQL of the tests' own. Throws an Error that names what is missing. */
export async function startPostgres(): Promise<Postgres> {
	const programs = findPrograms();
	const user = await unprivilegedUser();
	const port = await freePort();
	const folder = await mkdtemp(join(tmpdir(), 'minimax-image-postgres-'));
	const data = join(folder, 'data');
	const remove = async () => await rm(folder, { recursive: true, force: true });
	try {
		if (user) await chown(folder, user.uid, user.gid);
		await exec(
			join(programs, 'initdb'),
			['--auth=trust', '--no-sync', '--encoding=UTF8', `--username=${USER}`, `--pgdata=${data}`],
			{ cwd: folder, ...user },
		);
		const service = await startService({
			program: join(programs, 'postgres'),
			args: ['-D', data, '-h', HOST, '-p', String(port), '-k', folder, '-F'],
			debianPackage: DEBIAN_PACKAGE,
			isReady: async () =>
				await exec(join(programs, 'pg_isready'), ['-h', HOST, '-p', String(port)]).then(
					() => true,
					() => false,
				),
			// Ends at once, whoever is still connected.
			stopSignal: 'SIGINT',
			user,
		});
		return {
			stop: async () => {
				await service.stop();
				await remove();
			},
			env: {
				DB_TYPE: 'postgresdb',
				DB_POSTGRESDB_HOST: HOST,
				DB_POSTGRESDB_PORT: String(port),
				DB_POSTGRESDB_DATABASE: 'postgres',
				DB_POSTGRESDB_USER: USER,
			},
		};
	} catch (error) {
		await remove();
		throw error;
	}
}
