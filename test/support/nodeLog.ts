import './environment';

import { Logger } from '@n8n/backend-common';
import { Container } from '@n8n/di';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Collects what n8n and the node write into n8n's log, each line as JSON, during each test of a file. */
export function collectLog(): string[] {
	const lines: string[] = [];
	beforeEach(() => {
		lines.length = 0;
		const logger = Container.get(Logger);
		for (const level of LEVELS) {
			jest.spyOn(logger, level).mockImplementation((...parts) => {
				lines.push(JSON.stringify(parts));
			});
		}
	});
	afterEach(() => jest.restoreAllMocks());
	return lines;
}
