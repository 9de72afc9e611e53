import { parseArgs } from 'node:util';
import { startSandbox } from '.';

const MAX_PORT = 65_535;

/** Reads `--port N`. Throws an Error that says what is wrong. */
function readPort(): number {
	const { values } = parseArgs({ options: { port: { type: 'string' } } });
	if (values.port === undefined) return 0;
	const port = Number(values.port);
	if (/^\d+$/.test(values.port) && port <= MAX_PORT) return port;
	throw new Error(`--port must be a number from 0 to ${MAX_PORT}, not "${values.port}"`);
}

function fail(error: unknown, code: number): never {
	const message = error instanceof Error ? error.message : String(error);
	console.error(`sandbox: ${message.replaceAll('\n', ' ')}`);
	process.exit(code);
}

async function main(): Promise<void> {
	let port: number;
	try {
		port = readPort();
	} catch (error) {
		return fail(error, 2);
	}
	const sandbox = await startSandbox({ port, recordBodies: 'short' });
	const stop = () => {
		sandbox.close().then(
			() => process.exit(0),
			(error: unknown) => fail(error, 1),
		);
	};
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
	console.log(`MiniMax sandbox is running. Ctrl-C ends it.

  API URL        ${sandbox.url}
  Key            ${sandbox.key}
  Image origin   ${sandbox.imageUrl}

In n8n, make a MiniMax Image credential with
  Region:   Custom
  Base URL: ${sandbox.url}
  API Key:  ${sandbox.key}
`);
}

main().catch((error: unknown) => fail(error, 1));
