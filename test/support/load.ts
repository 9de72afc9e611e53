import { PackageDirectoryLoader } from 'n8n-core';
import { NodeHelpers } from 'n8n-workflow';

import type { LoadedTypes } from './engine';

/** The node's type as workflows name it. */
export const NODE_TYPE = 'n8n-nodes-minimax-image.miniMaxImage';

/** Loads the built package of a folder with n8n's own loader, its nodes under the names n8n gives them. */
export async function loadPackage(folder: string): Promise<LoadedTypes> {
	const loader = new PackageDirectoryLoader(folder);
	await loader.loadAll();
	return {
		nodes: Object.fromEntries(
			Object.entries(loader.nodeTypes).map(([name, { type }]) => [
				`${loader.packageName}.${name}`,
				NodeHelpers.getVersionedNodeType(type),
			]),
		),
		credentials: Object.fromEntries(
			Object.entries(loader.credentialTypes).map(([name, { type }]) => [name, type]),
		),
	};
}
