// The sandbox in a process of its own, so that its cost is not counted as the subject's.
import { startSandbox } from '../sandbox';
import type { Sandbox } from '../sandbox';
import type { ServerOrder, ServerStats } from './types';

let sandbox: Sandbox | undefined;

async function obey(order: ServerOrder | 'stats') {
	if (order === 'stats') {
		const requests = sandbox?.requests ?? [];
		const limited = requests.filter(({ outcome }) => outcome === 'limited').length;
		const stats: ServerStats = {
			paidImages: sandbox?.paidImages ?? 0,
			requests: requests.length,
			limited,
		};
		process.send?.(stats);
		return;
	}
	sandbox = await startSandbox({ plain: true, recordBodies: 'short', ...order.options });
	if (order.images) sandbox.alwaysImages(order.images);
	process.send?.({ url: sandbox.url, key: sandbox.key });
}

process.on('message', (order: ServerOrder | 'stats') => void obey(order));
process.once('disconnect', () => process.exit());
