import type { ExecutionDocument } from '@batuta/api'
import type { FollowEvent } from '../follow-execution.ts'
import { openJsonView } from './json-view.ts'
import { openPlainView } from './plain-view.ts'
import { openTerminalView } from './terminal-view.ts'

export type TaskRun = NonNullable<ExecutionDocument['taskRunList']>[number]

/** Shows a followed execution: rows that move in a terminal, plain lines in a pipe, JSON lines for programs. */
export interface FollowView {
  take(event: FollowEvent): void
  /** The last word. Undefined: the reader left before the execution ended. */
  close(last: ExecutionDocument | undefined): void
}

export function openFollowView(json: boolean): FollowView {
  if (json) return openJsonView()
  return process.stdout.isTTY && process.env['TERM'] !== 'dumb' && process.env['CI'] === undefined
    ? openTerminalView(process.stdout)
    : openPlainView()
}
