import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Host } from '../host/install.cjs';
import type { Owner } from '../host/rest';

/** What is remembered from one start to the next. */
interface Memory {
	owner: Owner;
	/** Files of the examples that were imported once; the user may have changed or removed them since. */
	imported: string[];
	/** IDs of the workflows that wait for no rate limit, as long as the pictures come from the sandbox. */
	unpaced?: string[];
}

/** The folder that n8n keeps its database in, with what `npm start` remembers beside it. */
export class DataFolder {
	private constructor(
		readonly path: string,
		private readonly memory: Memory,
	) {}

	private static file(path: string): string {
		return join(path, 'npm-start.json');
	}

	/** Opens the folder, or makes a new one with an owner whose password nobody else knows. */
	static async open(path: string, { reset }: { reset: boolean }): Promise<DataFolder> {
		if (reset) await rm(path, { recursive: true, force: true });
		const file = DataFolder.file(path);
		if (existsSync(file)) return new DataFolder(path, JSON.parse(await readFile(file, 'utf8')));
		// n8n asks for a capital and a digit.
		const password = `Mm1-${randomBytes(6).toString('hex')}`;
		const folder = new DataFolder(path, {
			owner: { email: 'owner@example.com', password },
			imported: [],
		});
		await mkdir(path, { recursive: true });
		await folder.remember();
		return folder;
	}

	private async remember(): Promise<void> {
		const text = JSON.stringify(this.memory, undefined, 2);
		await writeFile(DataFolder.file(this.path), text, { mode: 0o600 });
	}

	get owner(): Owner {
		return this.memory.owner;
	}

	isImported(example: string): boolean {
		return this.memory.imported.includes(example);
	}

	get unpaced(): readonly string[] {
		return this.memory.unpaced ?? [];
	}

	/** Remembers an example that was imported, with the ID of the workflow if that waits for no rate limit. */
	async addImported(example: string, unpacedId?: string): Promise<void> {
		this.memory.imported.push(example);
		if (unpacedId) this.memory.unpaced = [...this.unpaced, unpacedId];
		await this.remember();
	}

	/** Forgets which workflows wait for no rate limit, now that none does any more. */
	async forgetUnpaced(): Promise<void> {
		delete this.memory.unpaced;
		await this.remember();
	}

	/**
	 * Makes nodes that are installed in this folder share `n8n-workflow` with n8n, as they do elsewhere. Node.js
	 * looks for it in all folders above, and would find that of the development tools.
	 */
	async shareWorkflowPackage({ n8nWorkflow }: Host): Promise<void> {
		const link = join(this.path, 'node_modules/n8n-workflow');
		await mkdir(dirname(link), { recursive: true });
		await rm(link, { force: true });
		await symlink(n8nWorkflow, link, 'junction');
	}
}
