import { appendFile, mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';

/** Lists, one a line, the files that the demo has made, so that it removes these and no others. */
const LIST = '.made-by-demo';
const PAGE = 'index.html';

/** A path as the list holds it: "images/text-to-image/fox.jpg", and nothing that leads out of the folder. */
const LISTED = /^images\/[^/\\]+\/[^/\\]+$/;

async function listed(folder: string): Promise<string[]> {
	const list = await readFile(join(folder, LIST), 'utf8').catch(() => '');
	return list.split('\n').filter((path) => LISTED.test(path) && !path.split('/').includes('..'));
}

/** The folder that the images and the page go to. */
export class Output {
	private constructor(readonly folder: string) {}

	/** Opens the folder, and removes what an earlier demo made there. */
	static async open(folder: string): Promise<Output> {
		await mkdir(folder, { recursive: true });
		const old = await listed(folder);
		for (const path of old) await rm(join(folder, path), { force: true });
		for (const directory of new Set([...old.map(dirname), 'images'])) {
			// One that still holds something of the user's stays.
			await rmdir(join(folder, directory)).catch(() => undefined);
		}
		await rm(join(folder, PAGE), { force: true });
		await writeFile(join(folder, LIST), '');
		return new Output(folder);
	}

	/** Path of the page, whether it is there yet or not. */
	get page(): string {
		return join(this.folder, PAGE);
	}

	/** Saves an image in the folder of its workflow, and returns its name: numbered where that one is taken. */
	async saveImage(workflow: string, fileName: string, bytes: Buffer): Promise<string> {
		const { name, ext } = parse(fileName);
		await mkdir(join(this.folder, 'images', workflow), { recursive: true });
		for (let number = 1; ; number++) {
			const free = number === 1 ? `${name}${ext}` : `${name}-${number}${ext}`;
			const path = join(this.folder, 'images', workflow, free);
			try {
				await writeFile(path, bytes, { flag: 'wx' });
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
				throw error;
			}
			await appendFile(join(this.folder, LIST), `images/${workflow}/${free}\n`);
			return free;
		}
	}

	async savePage(html: string): Promise<void> {
		await writeFile(this.page, html);
	}
}
