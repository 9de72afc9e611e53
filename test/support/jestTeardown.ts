import { rmSync } from 'node:fs';

/** Removes what `jestSetup` made. */
export default function teardown(): void {
	rmSync(process.env.N8N_USER_FOLDER ?? '', { recursive: true, force: true });
}
