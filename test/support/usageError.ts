/** Something the user has to put right before a command can start; the message is one line in plain words. */
export class UsageError extends Error {}
