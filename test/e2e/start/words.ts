/** What `--help` prints. */
export const USAGE = `Starts a real n8n on this machine, with this package, its examples and a ready credential.

  npm start                      the editor at http://localhost:5678
  npm start -- --port 5700       at another port
  npm start -- --reset           without the workflows of earlier starts
  npm start -- --help            this text

Without a key, the pictures come from a sandbox on this machine that draws them; nothing is charged.
To use MiniMax itself, where every image is charged, set

  MINIMAX_API_KEY     the key of your account
  MINIMAX_REGION      where it was issued: global (default), china, chinaNew or custom
  MINIMAX_BASE_URL    the address of your gateway, for the region custom`;

export interface Welcome {
	/** Address of the first example in the editor. */
	firstWorkflow: string;
	/** Address of the list of all workflows. */
	workflows: string;
	email: string;
	password: string;
	/** Where the pictures come from. */
	source: string;
	/** Folder that workflows are kept in. */
	kept: string;
}

/** What to do once the editor runs. */
export function welcome({ firstWorkflow, workflows, email, password, source, kept }: Welcome) {
	return `
n8n is running. Make your first picture:

  1. Open       ${firstWorkflow}
  2. Sign in    Email     ${email}
                Password  ${password}
  3. Click      Execute workflow
  4. See it     Double-click the node MiniMax Image, then choose Binary and View in its output.

Pictures:         ${source}
All examples:     ${workflows}
Your workflows:   kept in ${kept}; "npm start -- --reset" removes them

Ctrl-C stops everything.`;
}
