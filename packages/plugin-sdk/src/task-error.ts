/** The world's failure while a task runs: the attempt ends FAILED and the message is logged. Outputs made so far may travel along. */
export class TaskError extends Error {
  override readonly name = 'TaskError'
  /** What the task had produced when it failed; shown as the outputs of the failed task run. */
  readonly outputs: Readonly<Record<string, unknown>> | undefined

  constructor(message: string, options: TaskErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.outputs = options.outputs
  }
}

export interface TaskErrorOptions {
  readonly cause?: unknown
  readonly outputs?: Readonly<Record<string, unknown>>
}

/** The outputs that an error carries, also when a plugin brings its own copy of this package. */
export function outputsOfError(error: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!(error instanceof Error) || error.name !== 'TaskError' || !('outputs' in error)) return undefined
  const { outputs } = error
  return typeof outputs === 'object' && outputs !== null ? { ...outputs } : undefined
}

/** The message of whatever was thrown, with the messages of its causes. */
export function messageOf(error: unknown): string {
  const messages: string[] = []
  let at: unknown = error
  for (let depth = 0; at !== undefined && at !== null && depth < CAUSES_MAX; depth++) {
    const message = at instanceof Error ? at.message || at.name : String(at)
    if (message !== '' && !messages.some(seen => seen.includes(message))) messages.push(message)
    at = at instanceof Error ? at.cause : undefined
  }
  return messages.join(': ')
}

const CAUSES_MAX = 5
