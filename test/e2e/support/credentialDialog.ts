import type { Locator, Page } from 'playwright-core';

import { chooseIn, typeInto, visibleLabels } from './fields';

/** The dialog of a credential. */
export class CredentialDialog {
	readonly window: Locator;
	readonly success: Locator;

	constructor(readonly page: Page) {
		this.window = page.getByTestId('editCredential-modal');
		this.success = this.window.getByTestId('credentials-config-container-test-success');
	}

	/** Labels of the fields that the user sees, from top to bottom. */
	async labels(): Promise<string[]> {
		const fields = this.window.getByTestId('credential-connection-parameter');
		return await visibleLabels(fields.locator('label'));
	}

	/** A field, by the name that the credential has for it. */
	field(name: string): Locator {
		return this.window.getByTestId(`parameter-input-${name}`);
	}

	async type(name: string, text: string): Promise<void> {
		await typeInto(this.field(name).locator('input'), text);
	}

	async choose(name: string, choice: string): Promise<void> {
		await chooseIn(this.field(name), choice);
	}

	/** Saves and tests it; n8n closes the dialog when the test passes. */
	async save(): Promise<void> {
		await this.window.getByRole('button', { name: 'Save' }).click();
	}
}
