import { prepareEnvironment } from './environment';

/** One n8n folder for all of jest's workers, which inherit the environment. */
export default function setup(): void {
	prepareEnvironment();
}
