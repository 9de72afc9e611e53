import { removeEnvironment } from './environment';

/** Removes what `jestSetup` made. */
export default function teardown(): void {
	removeEnvironment();
}
