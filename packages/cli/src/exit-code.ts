// The exit codes of the command line: scripts rely on them, so none ever changes its meaning.

export const EXIT = {
  ok: 0,
  /** The execution ended FAILED, KILLED or CANCELLED; a flow is not valid. */
  failed: 1,
  /** The command line itself is wrong: an unknown option, a missing argument, a file that is not there. */
  usage: 2,
  /** No server answers at the address. */
  unreachable: 3,
  /** The server does not know the flow, the execution or the file. */
  notFound: 4,
  /** The server refused: the wrong state, missing rights, a request it cannot take. */
  refused: 5,
  /** The server failed, or answered what this command line does not understand. */
  broken: 6,
  /** The command was interrupted (Ctrl-C). The execution it followed goes on. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Ends a command with a sentence for the reader and a code for the script. */
export class CommandError extends Error {
  readonly exitCode: ExitCode
  readonly details: readonly string[]

  constructor(exitCode: ExitCode, message: string, details: readonly string[] = []) {
    super(message)
    this.exitCode = exitCode
    this.details = details
  }
}
