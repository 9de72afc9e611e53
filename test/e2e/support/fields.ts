import type { Locator, Page } from 'playwright-core';

import { eventually } from './browser';

const CLICK_MS = 5_000;

/** The choices of the list that is open. */
function openChoices(page: Page): Locator {
	return page.getByRole('option').filter({ visible: true });
}

/** Opens a list and picks one of its choices by name. */
export async function chooseIn(list: Locator, choice: string): Promise<void> {
	const page = list.page();
	const choices = openChoices(page);
	const chosen = choices.filter({ has: page.getByText(choice, { exact: true }) });
	await list.click();
	await choices.first().waitFor();
	// On its way the list scrolls to what is chosen now, so that a click may meet nothing.
	await eventually(async () => {
		if (await choices.first().isVisible()) await chosen.click({ timeout: CLICK_MS });
		await choices.first().waitFor({ state: 'hidden', timeout: CLICK_MS });
	});
}

/** Opens a list, reads the names of its choices, and closes it again. */
export async function choicesIn(list: Locator): Promise<string[]> {
	const page = list.page();
	await list.click();
	await openChoices(page).first().waitFor();
	const choices = await openChoices(page).allInnerTexts();
	await list.click();
	await openChoices(page).first().waitFor({ state: 'hidden' });
	return choices.map((choice) => choice.split('\n')[0]?.trim() ?? '');
}

/** Puts text in place of what a field holds, at once as pasting does, and leaves the field. */
export async function typeInto(field: Locator, text: string): Promise<void> {
	await field.click();
	await field.fill(text);
	await field.blur();
}

/** The labels that the user sees, from top to bottom. */
export async function visibleLabels(labels: Locator): Promise<string[]> {
	// Behind its name, a label holds buttons of n8n on further lines.
	const texts = await labels.filter({ visible: true }).allInnerTexts();
	return texts.map((text) => text.split('\n')[0]?.trim() ?? '');
}
