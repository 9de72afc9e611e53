import type { Locator, Page } from 'playwright-core';

import { CredentialDialog } from './credentialDialog';
import { choicesIn, chooseIn, typeInto, visibleLabels } from './fields';

/** The form of a node, with its input to the left and its output to the right. */
export class NodeForm {
	readonly window: Locator;
	readonly parameters: Locator;
	readonly output: Locator;

	constructor(readonly page: Page) {
		this.window = page.getByTestId('ndv');
		this.parameters = this.window.getByTestId('node-parameters');
		this.output = this.window.getByTestId('output-panel');
	}

	/** Labels of the fields that the user sees, from top to bottom. */
	async labels(): Promise<string[]> {
		return await visibleLabels(this.parameters.getByTestId('input-label').locator('label'));
	}

	/** A field, by the name that workflows have for it. */
	field(name: string): Locator {
		return this.parameters.getByTestId(`parameter-input-${name}`);
	}

	async type(name: string, text: string): Promise<void> {
		await typeInto(this.field(name).locator('input, textarea'), text);
	}

	/** What a field shows: its text, or the name of its choice. */
	async value(name: string): Promise<string> {
		return await this.field(name).locator('input, textarea').inputValue();
	}

	async choose(name: string, choice: string): Promise<void> {
		await chooseIn(this.field(name), choice);
	}

	/** Names of the choices that a list offers. */
	async choices(name: string): Promise<string[]> {
		return await choicesIn(this.field(name));
	}

	/** Turns a switch on or off. */
	async flip(name: string): Promise<void> {
		await this.field(name).locator('.el-switch').click();
	}

	/** Whether a switch is on. */
	async isOn(name: string): Promise<boolean> {
		return await this.field(name).getByRole('switch').isChecked();
	}

	/** The list of options that can be added, below all fields. */
	get moreOptions(): Locator {
		return this.parameters.getByTestId('collection-parameter-add');
	}

	async addOption(option: string): Promise<void> {
		await chooseIn(this.moreOptions, option);
	}

	/** Names of the options that can be added. */
	async options(): Promise<string[]> {
		return await choicesIn(this.moreOptions);
	}

	/** Opens the dialog for the first credential. */
	async connect(): Promise<CredentialDialog> {
		await this.parameters.getByTestId('node-credentials-empty-state').getByRole('button').click();
		return await this.openedDialog();
	}

	/** Opens the dialog of the credential that is chosen. */
	async editCredential(): Promise<CredentialDialog> {
		await this.parameters.getByTestId('credential-edit-button').click();
		return await this.openedDialog();
	}

	private async openedDialog(): Promise<CredentialDialog> {
		const dialog = new CredentialDialog(this.page);
		await dialog.field('apiKey').waitFor();
		return dialog;
	}

	async execute(): Promise<void> {
		await this.window.getByTestId('node-execute-button').click();
	}

	/** Shows the output in another way. */
	async show(view: 'json' | 'binary'): Promise<void> {
		await this.output.getByTestId(`radio-button-${view}`).click();
	}

	/** What the JSON view shows. */
	async json(): Promise<unknown> {
		const text = await this.output.getByTestId('ndv-data-container').innerText();
		// n8n indents with spaces that do not break.
		return JSON.parse(text.replaceAll('\u00a0', ' '));
	}

	async close(): Promise<void> {
		await this.window.getByTestId('ndv-close-button').click();
		await this.window.waitFor({ state: 'hidden' });
	}
}
