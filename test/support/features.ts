import { version } from 'n8n-core/package.json';

/** What newer engines do and n8n 2.0 does not, the oldest that the package supports: see `npm run test:compat`. */
const MISSING_IN_2_0 = {
	causes: "errors keep their cause, so that n8n's test of a credential can read its HTTP status",
	combinedFiles: 'an item can have its files in its JSON (binary mode "combined")',
	fileBytes: 'a stored file tells its size in bytes, not in words alone',
	uncheckedTunnels: 'what a request says of certificates holds behind a proxy of the operator too',
	namedIssues: 'a workflow with empty fields is refused with the names of those fields',
};

export type Feature = keyof typeof MISSING_IN_2_0;

/** Whether the engine under test does something that older ones do not. */
export function engineHas(feature: Feature): boolean {
	return !(version === '2.0.0' && feature in MISSING_IN_2_0);
}

/** `test` where the engine can do what it is about; skipped, and counted as such, where it cannot. */
export function testWhere(feature: Feature): jest.It {
	return engineHas(feature) ? test : test.skip;
}
