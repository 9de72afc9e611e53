import { prepareEnvironment } from './environment';

/** One n8n installation and one packed package for all test files. */
export default async function setup(): Promise<void> {
	await prepareEnvironment();
}
