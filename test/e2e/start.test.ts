import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import type { INodeParameters } from 'n8n-workflow';

import { startSandbox } from '../sandbox';
import { freePort, HOST } from './host/ports';
import { N8nRest } from './host/rest';
import type { SavedWorkflow } from './host/rest';
import { readEnvironment } from './support/environment';

const ROOT = join(__dirname, '../..');
const CLICK = 'When clicking ‘Execute workflow’';

/** A clone of its own, so that the workflows of whoever runs the tests stay as they are. */
let clone: string;
beforeAll(() => {
	clone = mkdtempSync(join(readEnvironment().folder, 'clone-'));
	const files = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
		cwd: ROOT,
		encoding: 'utf8',
	});
	for (const file of files.split('\0').filter(Boolean)) {
		mkdirSync(dirname(join(clone, file)), { recursive: true });
		cpSync(join(ROOT, file), join(clone, file));
	}
	symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
	mkdirSync(join(clone, '.n8n'));
	symlinkSync(join(ROOT, '.n8n/program'), join(clone, '.n8n/program'));
});

const running = new Set<ChildProcess>();
afterAll(() => {
	for (const { pid } of running) if (pid) process.kill(-pid, 'SIGKILL');
});

interface Started {
	readonly words: string;
	rest: N8nRest;
	/** Does what Ctrl-C on a terminal does, and waits for the end. */
	interrupt(): Promise<void>;
	/** Waits until it has ended by itself, and returns the exit code. */
	readonly ended: Promise<number | null>;
}

/** Runs `npm start` until it says what to click, or ends; `words` is all it printed. */
async function npmStart(args: string[], account: NodeJS.ProcessEnv = {}): Promise<Started> {
	const child = spawn('npm', ['start', '--', ...args], {
		cwd: clone,
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { ...process.env, MINIMAX_API_KEY: '', ...account },
		detached: true,
	});
	running.add(child);
	let words = '';
	const ended = once(child, 'close').then(([code]) => {
		running.delete(child);
		return code as number | null;
	});
	const ready = new Promise<void>((resolve) => {
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding('utf8').on('data', (text: string) => {
				words += text;
				if (words.includes('Ctrl-C stops everything')) resolve();
			});
		}
	});
	await Promise.race([ready, ended]);
	const interrupt = async () => {
		const group = -(child.pid ?? 0);
		process.kill(group, 'SIGINT');
		await ended;
		// No process of it is left.
		expect(() => process.kill(group, 0)).toThrow('ESRCH');
	};
	const port = args[args.indexOf('--port') + 1];
	return { words, rest: new N8nRest(`http://${HOST}:${port}`), interrupt, ended };
}

function readLogin(words: string) {
	const find = (pattern: RegExp) => pattern.exec(words)?.[1] ?? '';
	return { email: find(/Email +(\S+)/), password: find(/Password +(\S+)/) };
}

/** Clicks "Execute workflow" at the address that was printed, and returns the types of the files that come out. */
async function clickExecute({ words, rest }: Started) {
	const [, id = ''] = /http:\S+\/workflow\/(\S+)/.exec(words) ?? [];
	const { status, data } = await rest.finished(await rest.run(id, CLICK));
	expect(status).toBe('success');
	const [items = []] = data.resultData.runData['MiniMax Image']?.[0]?.data?.main ?? [];
	return items?.map(({ binary }) => binary?.data?.mimeType);
}

/** Requests per minute that the MiniMax Image nodes of all workflows are set to. */
async function pacing(rest: N8nRest): Promise<unknown[]> {
	const workflows = await rest.workflows();
	const saved = await Promise.all(workflows.map(({ id }) => rest.workflow(id)));
	return saved
		.flatMap(({ nodes }) => nodes)
		.filter(({ type }) => type.startsWith('n8n-nodes-minimax-image.'))
		.map(({ parameters }) => (parameters.options as INodeParameters).requestsPerMinute);
}

const sortedNames = (workflows: { name: string }[]) => workflows.map(({ name }) => name).sort();

test('a first start ends where one click makes a picture, and the next one keeps what the user did', async () => {
	const port = await freePort();
	const first = await npmStart(['--port', String(port)]);
	expect(first.words).toContain('n8n is running');

	await first.rest.signIn(readLogin(first.words));
	const examples = sortedNames(await first.rest.workflows());
	const files = readdirSync(join(ROOT, 'examples')).filter((file) => file.endsWith('.json'));
	expect(examples).toHaveLength(files.length);

	expect(await clickExecute(first)).toEqual(['image/jpeg', 'image/jpeg']);
	const unpaced = await pacing(first.rest);
	expect(unpaced.length).toBeGreaterThanOrEqual(examples.length);
	expect(new Set(unpaced)).toEqual(new Set([0]));

	const users: SavedWorkflow = await first.rest.createWorkflow({
		name: 'My own',
		nodes: [],
		connections: {},
	});
	await first.interrupt();
	await expect(fetch(first.rest.url)).rejects.toThrow('fetch failed');

	// A MiniMax of the user's own, whose rate limit is real.
	const minimax = await startSandbox({ key: 'key-of-the-user' });
	const second = await npmStart(['--port', String(port)], {
		MINIMAX_API_KEY: minimax.key,
		MINIMAX_REGION: 'custom',
		MINIMAX_BASE_URL: minimax.url,
	});
	await second.rest.signIn(readLogin(second.words));
	expect(sortedNames(await second.rest.workflows())).toEqual([users.name, ...examples].sort());
	expect(new Set(await pacing(second.rest))).toEqual(new Set([undefined]));
	// The credential is another one by now.
	expect(await clickExecute(second)).toEqual(['image/jpeg', 'image/jpeg']);
	expect(minimax.paidImages).toBe(2);
	expect(second.words).toContain(
		`MiniMax (Custom, ${new URL(minimax.url).host}); every picture is charged`,
	);
	expect(second.words).not.toContain(minimax.key);
	await second.interrupt();
	await minimax.close();

	// A fresh start.
	const reset = await npmStart(['--port', String(port), '--reset']);
	await reset.rest.signIn(readLogin(reset.words));
	expect(sortedNames(await reset.rest.workflows())).toEqual(examples);
	expect(await clickExecute(reset)).toEqual(['image/jpeg', 'image/jpeg']);
	await reset.interrupt();
}, 300_000);

test('a port in use gets one clear line', async () => {
	const taken = createServer().listen(0, HOST);
	await once(taken, 'listening');
	const address = taken.address();
	const port = typeof address === 'object' ? (address?.port ?? 0) : 0;

	const { words, ended } = await npmStart(['--port', String(port)]);

	expect(await ended).toBe(2);
	const said = words.split('\n').filter((line) => line.startsWith('start:'));
	expect(said).toEqual([
		`start: Port ${port} is in use. Choose another: npm start -- --port ${port + 1}`,
	]);
	taken.close();
});

test.each([
	[['--port', 'abc'], 'start: --port must be a number from 1 to 65535, not "abc".'],
	[['--prot', '5700'], "start: Unknown option '--prot'. See npm start -- --help"],
])('%j is refused before anything is installed', async (args, line) => {
	const { words, ended } = await npmStart(args);

	expect(await ended).toBe(2);
	expect(words).toContain(line);
	expect(words).not.toContain('Building');
});
