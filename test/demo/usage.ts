/** What `--help` prints. */
export const USAGE = `Makes the images of the example workflows on n8n's engine, and a page that shows them.

  npm run demo                                  all three examples
  npm run demo -- "a red fox in snow"           your own prompt, text to image only
  npm run demo -- --reference face.jpg          your own portrait (JPEG or PNG) in the example's scenes
  npm run demo -- --reference face.jpg "..."    your own portrait in your own scene
  npm run demo -- --help                        this text

Without a key the demo uses a sandbox on this machine that draws test pictures; nothing is charged.
To use MiniMax itself, where every image is charged, set

  MINIMAX_API_KEY     the key of your account
  MINIMAX_REGION      where it was issued: global (default), china, chinaNew or custom
  MINIMAX_BASE_URL    the address of your gateway, for the region custom

The images and the page go to the folder output.`;
