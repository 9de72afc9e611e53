import type { Page } from 'playwright-core';

import { startSandbox } from '../../sandbox';
import type { Sandbox } from '../../sandbox';
import { sandboxCredential } from '../../support/account';
import type { N8nRest } from '../host/rest';
import { openBrowser } from './browser';
import type { TestBrowser } from './browser';
import { Editor } from './editor';
import { createSandboxCredential, startInstance } from './instance';
import type { Instance } from './instance';

const TEST_MS = 240_000;

/** n8n's editor in a browser, with a sandbox for the node to ask. */
export class EditorTests {
	private browser: TestBrowser | undefined;
	private startedSandbox: Sandbox | undefined;
	private startedInstance: Instance | undefined;

	/** Starts everything, and signs in. */
	async open(): Promise<void> {
		// First of all, so that a machine without one is told at once.
		this.browser = await openBrowser();
		this.startedSandbox = await startSandbox();
		this.startedInstance = await startInstance();
		await this.browser.signIn(this.instance.n8n.url);
	}

	/** Ends whatever has been started. */
	async close(): Promise<void> {
		await this.browser?.close();
		await this.startedInstance?.stop();
		await this.startedSandbox?.close();
	}

	get sandbox(): Sandbox {
		if (!this.startedSandbox) throw new Error('The sandbox runs only while tests do');
		return this.startedSandbox;
	}
	get rest(): N8nRest {
		return this.instance.rest;
	}
	private get instance(): Instance {
		if (!this.startedInstance) throw new Error('n8n runs only while tests do');
		return this.startedInstance;
	}

	private get signedIn(): TestBrowser {
		if (!this.browser) throw new Error('The browser runs only while tests do');
		return this.browser;
	}

	/** A test with a tab of its own. */
	readonly inEditor = (behaviour: string, check: (editor: Editor) => Promise<void>): void => {
		const use = async (page: Page) => await check(new Editor(page, this.instance.n8n.url));
		test(behaviour, async () => await this.signedIn.inTab(behaviour, use), TEST_MS);
	};

	/** Makes sure that there is a credential for the sandbox. */
	async ensureCredential(): Promise<void> {
		const { rest } = this;
		// The one of the dialog where that test ran, whatever became of it.
		const [saved] = await rest.credentials();
		if (!saved) await createSandboxCredential(rest, this.sandbox);
		else await rest.updateCredential({ ...saved, data: sandboxCredential(this.sandbox) });
	}
}

/**
 * Gives the tests of a file an n8n in a browser, and a sandbox that is emptied before each of them.
 * n8n's editor draws its parts anew while it is used, and now and then loses a click on a busy machine: a test that
 * fails there is tried once more, and what failed at first is printed.
 */
export function describeEditor(): EditorTests {
	jest.retryTimes(1, { logErrorsBeforeRetry: true });
	const n8n = new EditorTests();
	beforeAll(async () => await n8n.open(), TEST_MS);
	afterAll(async () => await n8n.close());
	beforeEach(() => n8n.sandbox.reset());
	return n8n;
}
