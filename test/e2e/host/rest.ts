import type {
	ExecutionStatus,
	ICredentialDataDecryptedObject,
	IRunExecutionData,
	IWorkflowBase,
} from 'n8n-workflow';
import { parse } from 'flatted';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
const EXECUTION_MS = 120_000;

const ANY_STATUS: ExecutionStatus[] = [
	'canceled',
	'crashed',
	'error',
	'new',
	'running',
	'success',
	'unknown',
	'waiting',
];

export interface Owner {
	email: string;
	password: string;
}

/** A workflow as n8n keeps it. */
export type SavedWorkflow = IWorkflowBase & { versionId: string };

/** What files hold: a workflow before it is imported. */
export type WorkflowFile = Pick<IWorkflowBase, 'name' | 'nodes' | 'connections'> &
	Partial<Pick<IWorkflowBase, 'settings' | 'pinData'>>;

export interface SavedCredential {
	id: string;
	name: string;
	type: string;
}

/** Answer of n8n's credential test, as its dialog shows it. */
export interface CredentialTestResult {
	status: 'OK' | 'Error';
	message: string;
}

/** An execution that has ended. */
export interface Execution {
	id: string;
	status: string;
	data: IRunExecutionData;
}

/** n8n's REST interface, as its editor uses it. Every method throws an Error with n8n's words when it refuses. */
export class N8nRest {
	private cookie = '';

	constructor(readonly url: string) {}

	private async send(method: string, path: string, body?: unknown): Promise<Response> {
		const response = await fetch(`${this.url}${path}`, {
			method,
			headers: {
				cookie: this.cookie,
				...(body !== undefined && { 'content-type': 'application/json' }),
			},
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
		if (cookies.length > 0) this.cookie = cookies.join('; ');
		if (response.ok) return response;
		throw new Error(`n8n refused ${method} ${path} (${response.status}): ${await response.text()}`);
	}

	private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
		const response = await this.send(method, `/rest${path}`, body);
		return ((await response.json()) as { data: T }).data;
	}

	/** Whether nobody owns this n8n yet. */
	async isNew(): Promise<boolean> {
		const settings = await this.call<{ userManagement: { showSetupOnFirstLoad: boolean } }>(
			'GET',
			'/settings',
		);
		return settings.userManagement.showSetupOnFirstLoad;
	}

	/** Makes the owner's account, and is signed in from then on. */
	async setUpOwner(owner: Owner): Promise<void> {
		await this.call('POST', '/owner/setup', { ...owner, firstName: 'MiniMax', lastName: 'Image' });
	}

	async signIn({ email, password }: Owner): Promise<void> {
		await this.call('POST', '/login', { emailOrLdapLoginId: email, password });
	}

	/** Descriptions of all nodes that this n8n has. */
	async nodeTypes(): Promise<Record<string, unknown>[]> {
		return (await (await this.send('GET', '/types/nodes.json')).json()) as Record<
			string,
			unknown
		>[];
	}

	/** A file that n8n serves, such as an icon. */
	async file(path: string): Promise<{ bytes: Buffer; contentType: string }> {
		const response = await this.send('GET', path);
		return {
			bytes: Buffer.from(await response.arrayBuffer()),
			contentType: response.headers.get('content-type') ?? '',
		};
	}

	/** A file of an item, by the ID that n8n gave it. */
	async binary(id: string): Promise<Buffer> {
		return (await this.file(`/rest/binary-data?action=download&id=${encodeURIComponent(id)}`))
			.bytes;
	}

	async credentials(): Promise<SavedCredential[]> {
		return await this.call('GET', '/credentials');
	}

	async createCredential(
		credential: Omit<SavedCredential, 'id'> & { data: ICredentialDataDecryptedObject },
	): Promise<SavedCredential> {
		return await this.call('POST', '/credentials', credential);
	}

	async updateCredential(
		credential: SavedCredential & { data: ICredentialDataDecryptedObject },
	): Promise<void> {
		await this.call('PATCH', `/credentials/${credential.id}`, credential);
	}

	/** Runs the test of n8n's credential dialog on data that need not be saved. */
	async testCredential(
		credential: SavedCredential,
		data: ICredentialDataDecryptedObject,
	): Promise<CredentialTestResult> {
		const { id, name, type } = credential;
		return await this.call('POST', '/credentials/test', { credentials: { id, name, type, data } });
	}

	async createWorkflow(workflow: WorkflowFile): Promise<SavedWorkflow> {
		const settings = { executionOrder: 'v1' };
		return await this.call('POST', '/workflows', { settings, ...workflow });
	}

	/** Names and IDs of the workflows, the last changed first. */
	async workflows(): Promise<{ id: string; name: string }[]> {
		return await this.call('GET', '/workflows');
	}

	async workflow(id: string): Promise<SavedWorkflow> {
		return await this.call('GET', `/workflows/${id}`);
	}

	async saveWorkflow(workflow: SavedWorkflow): Promise<SavedWorkflow> {
		return await this.call('PATCH', `/workflows/${workflow.id}`, workflow);
	}

	/** Publishes a workflow: its webhooks and schedules work from then on. */
	async activate({ id, versionId }: SavedWorkflow): Promise<void> {
		const publish = async () => await this.call('POST', `/workflows/${id}/activate`, { versionId });
		// On a busy machine n8n's check of nodes may fail inside, and says so in these words alone.
		await publish().catch(async (error: Error) => {
			if (!error.message.includes('Error validating node parameters')) throw error;
			await new Promise((resolve) => setTimeout(resolve, 1_000));
			await publish();
		});
	}

	/** Takes back what `activate` did. */
	async deactivate(workflowId: string): Promise<void> {
		await this.call('POST', `/workflows/${workflowId}/deactivate`);
	}

	/** Starts a workflow at a trigger, as the editor's button does, and returns the execution's ID. */
	async run(workflowId: string, trigger: string): Promise<string> {
		const started = await this.call<{ executionId: string }>(
			'POST',
			`/workflows/${workflowId}/run`,
			{
				triggerToStartFrom: { name: trigger },
			},
		);
		return started.executionId;
	}

	/** Stops an execution, as the editor's "Stop" does. */
	async stop(executionId: string): Promise<void> {
		await this.call('POST', `/executions/${executionId}/stop`);
	}

	/**
	 * Runs a failed execution again from the node that failed, as the editor's "Retry" does, and returns the ID of the
	 * new one once it has ended.
	 *
	 * @param withSavedWorkflow takes the workflow as it is saved now, not as it was
	 */
	async retry(executionId: string, withSavedWorkflow = false): Promise<string> {
		const { id } = await this.call<{ id: string }>('POST', `/executions/${executionId}/retry`, {
			loadWorkflow: withSavedWorkflow,
		});
		return id;
	}

	/**
	 * IDs and states of a workflow's executions, newest first. Every status is asked for by name: else n8n looks for those
	 * under way and those that have ended in two queries at once, and one that ends just then is in neither.
	 */
	async executions(workflowId: string): Promise<{ id: string; status: string }[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId, status: ANY_STATUS }));
		const { results } = await this.call<{ results: { id: string; status: string }[] }>(
			'GET',
			`/executions?limit=100&filter=${filter}`,
		);
		return results;
	}

	/** Waits until an execution has ended, and returns all of its data. */
	async finished(executionId: string): Promise<Execution> {
		const deadline = Date.now() + EXECUTION_MS;
		for (;;) {
			const execution = await this.call<{ id: string; status: string; data: string }>(
				'GET',
				`/executions/${executionId}`,
			);
			const { id, status, data } = execution;
			if (!['new', 'running', 'waiting'].includes(status)) return { id, status, data: parse(data) };
			if (Date.now() > deadline) throw new Error(`Execution ${id} is still "${status}"`);
			await sleep(POLL_MS);
		}
	}
}
