import type { Locator, Page } from 'playwright-core';

import { NodeForm } from './nodeForm';
import { measureNotes } from './notes';
import type { ShownNote } from './notes';

/** Display name of the node. */
export const NODE = 'MiniMax Image';

/** n8n's editor, as far as users of the node see it. */
export class Editor {
	readonly canvas: Locator;
	private readonly creator: Locator;

	constructor(
		readonly page: Page,
		private readonly url: string,
	) {
		this.canvas = page.getByTestId('canvas');
		this.creator = page.getByTestId('node-creator');
	}

	/** Opens an empty workflow. */
	async openEmptyWorkflow(): Promise<void> {
		await this.page.goto(`${this.url}/workflow/new`);
		await this.page.getByTestId('canvas-add-button').first().waitFor();
	}

	/** Opens a saved workflow, as the editor shows it at first. */
	async openWorkflow(id: string): Promise<void> {
		await this.page.goto(`${this.url}/workflow/${id}`);
		await this.canvas.getByTestId('canvas-node').first().waitFor();
	}

	/** The notes on the canvas: at what zoom, how much of their text is hidden, and what lies over them. */
	async notes(): Promise<ShownNote[]> {
		return await this.canvas.getByTestId('sticky').evaluateAll(measureNotes);
	}

	/** Starts a workflow with a trigger to click on, and opens the list of what can come next. */
	async openNodeCreator(): Promise<void> {
		await this.openEmptyWorkflow();
		await this.page.getByTestId('canvas-add-button').first().click();
		await this.searchNodes('manual');
		await this.found('Manual Trigger').click();
		await this.node('When clicking').waitFor();
		await this.page.getByTestId('node-creator-plus-button').click();
	}

	async searchNodes(text: string): Promise<void> {
		const box = this.creator.getByTestId('node-creator-search-bar');
		await box.click();
		await box.fill(text);
	}

	/** Names of the nodes, or actions, that the search found, in their order. */
	async foundNames(): Promise<string[]> {
		const names = await this.creator.getByTestId('node-creator-item-name').allInnerTexts();
		return names.map((name) => name.trim());
	}

	/** An entry in the list of nodes or actions. */
	found(name: string): Locator {
		const exactly = this.page.getByText(name, { exact: true });
		return this.creator.getByTestId('item-iterator-item').filter({ has: exactly });
	}

	/** Adds the node behind a trigger in a new workflow; its form opens. */
	async addNode(action = 'Generate image from text'): Promise<NodeForm> {
		await this.openNodeCreator();
		await this.searchNodes('minimax');
		await this.found(NODE).click();
		await this.found(action).click();
		return await this.openedForm();
	}

	/** Opens the form of a node on the canvas. */
	async openForm(name = NODE): Promise<NodeForm> {
		await this.node(name).dblclick();
		return await this.openedForm();
	}

	/** The form that is open, or about to open. */
	async openedForm(): Promise<NodeForm> {
		const form = new NodeForm(this.page);
		await form.parameters.waitFor();
		return form;
	}

	/** A node on the canvas. */
	node(name: string): Locator {
		return this.canvas.getByTestId('canvas-node').filter({ hasText: name });
	}

	/** Puts the workflow of a file onto the canvas, as the menu's "Import from file" does. */
	async importWorkflow(path: string): Promise<void> {
		const chooser = this.page.waitForEvent('filechooser');
		await this.page.getByTestId('workflow-menu').click();
		await this.page.getByTestId('workflow-menu-item-import').click();
		await this.page.getByTestId('workflow-menu-item-import-from-file').click();
		await (await chooser).setFiles(path);
	}

	/** A message that n8n shows in the corner. */
	message(text: string): Locator {
		return this.page.getByRole('alert').filter({ hasText: text });
	}

	async executeWorkflow(): Promise<void> {
		await this.page.getByTestId('execute-workflow-button').click();
	}

	/** ID of the workflow, which n8n puts into the address once it is saved. */
	workflowId(): string {
		return /\/workflow\/(\w+)/.exec(this.page.url())?.[1] ?? '';
	}
}
