import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { chromium, selectors } from 'playwright-core';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import sharp from 'sharp';

import { OWNER } from './environment';

const PICTURES = join(__dirname, '../../../docs/images');
const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ACTION_MS = 45_000;
const POLL_MS = 100;
/** What a picture leaves away of its part: rounded corners, with the page behind them. */
const EDGE_PX = 3;
const SPACE_PX = 14;
const FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--disable-dev-shm-usage',
	// Nothing but this machine can be reached. Not by a route of Playwright's, which would turn the browser's cache off.
	'--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

/** A browser that is signed in to an n8n, and reaches nothing but this machine. */
export interface TestBrowser {
	/** Signs in by n8n's form. */
	signIn(url: string): Promise<void>;
	/** Runs something in a tab of its own; when it fails, keeps a picture of the tab and prints its path. */
	inTab(what: string, use: (page: Page) => Promise<void>): Promise<void>;
	close(): Promise<void>;
}

async function keepPicture(page: Page, what: string): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'minimax-image-browser-'));
	const path = join(folder, `${what.replace(/\W+/g, '-').slice(0, 60)}.png`);
	await page.screenshot({ path });
	process.stderr.write(`\nWhat the browser showed when "${what}" failed: ${path}\n`);
}

async function signIn(context: BrowserContext, url: string): Promise<void> {
	const page = await context.newPage();
	await page.goto(`${url}/signin`);
	await page.locator('input[name=emailOrLdapLoginId]').fill(OWNER.email);
	await page.locator('input[name=password]').fill(OWNER.password);
	await page.getByTestId('form-submit-button').click();
	await page.waitForURL(({ pathname }) => !pathname.includes('signin'));
	await page.close();
}

async function inTab(
	context: BrowserContext,
	what: string,
	use: (page: Page) => Promise<void>,
): Promise<void> {
	const page = await context.newPage();
	try {
		await use(page);
	} catch (error) {
		await keepPicture(page, what).catch(() => undefined);
		throw error;
	} finally {
		await page.close();
	}
}

/** Starts Chromium with an empty profile. Throws an Error in one line when this machine has none. */
export async function openBrowser(): Promise<TestBrowser> {
	if (!existsSync(EXECUTABLE)) {
		throw new Error(
			`There is no browser at ${EXECUTABLE}: install the Debian package chromium, or set CHROMIUM to the path of one.`,
		);
	}
	selectors.setTestIdAttribute('data-test-id');
	const profile = await mkdtemp(join(tmpdir(), 'minimax-image-profile-'));
	// A profile on the disk, where the browser keeps n8n's scripts compiled for the next tab.
	const context = await chromium.launchPersistentContext(profile, {
		executablePath: EXECUTABLE,
		args: FLAGS,
		viewport: { width: 1440, height: 900 },
		colorScheme: 'light',
		locale: 'en-US',
		reducedMotion: 'reduce',
	});
	context.setDefaultTimeout(ACTION_MS);
	return {
		signIn: async (url) => await signIn(context, url),
		inTab: async (what, use) => await inTab(context, what, use),
		close: async () => {
			await context.close();
			await rm(profile, { recursive: true, force: true });
		},
	};
}

/** Repeats a check until it holds. Throws what it threw last when time is up. */
export async function eventually(check: () => Promise<void>): Promise<void> {
	const deadline = Date.now() + ACTION_MS;
	for (;;) {
		try {
			return await check();
		} catch (error) {
			if (Date.now() > deadline) throw error;
			await sleep(POLL_MS);
		}
	}
}

/** Closes the messages that n8n shows in the corner. */
export async function closeMessages(page: Page): Promise<void> {
	const messages = page.getByRole('alert').filter({ visible: true });
	await eventually(async () => {
		const [first] = await messages.locator('.el-notification__closeBtn').all();
		if (!first) return;
		// It may go by itself at the same moment.
		await first.click({ timeout: 1000 }).catch(() => undefined);
		throw new Error('Messages are still there');
	});
}

/** What of a page a picture shows. */
export interface Frame {
	/** All of these are in the picture. */
	around: Locator[];
	/** The last that is shown, with a little space below it. Default: everything. */
	until?: Locator;
}

async function boxOf(part: Locator) {
	const box = await part.boundingBox();
	if (box) return box;
	throw new Error(`There is nothing to see of ${part.toString()}`);
}

/** With `SCREENSHOTS=1`: writes a picture of a part of the page for the documentation. */
export async function illustrate(page: Page, name: string, frame: Frame): Promise<void> {
	if (process.env.SCREENSHOTS !== '1') return;
	await closeMessages(page);
	// Away from everything that shows more while the pointer is over it.
	await page.mouse.move(2, 2);
	const boxes = await Promise.all(frame.around.map(boxOf));
	const left = Math.min(...boxes.map(({ x }) => x)) + EDGE_PX;
	const top = Math.min(...boxes.map(({ y }) => y)) + EDGE_PX;
	const right = Math.max(...boxes.map(({ x, width }) => x + width)) - EDGE_PX;
	const last = frame.until && (await boxOf(frame.until));
	const bottom = last
		? last.y + last.height + SPACE_PX
		: Math.max(...boxes.map(({ y, height }) => y + height)) - EDGE_PX;
	const clip = { x: left, y: top, width: right - left, height: bottom - top };
	const shot = await page.screenshot({ clip, animations: 'disabled', caret: 'hide' });
	const small = sharp(shot).png({ palette: true, compressionLevel: 9, effort: 10 });
	await small.toFile(join(PICTURES, `${name}.png`));
}
