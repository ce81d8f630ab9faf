// What the engine refuses, as a status. The two lines of Kestra answer the same refusals with different numbers (recorded).
import type { ApiDialect, Command, Refusal } from '@batuta/core'
import { RequestError } from '../request-error.ts'

/** Commands whose wrong state has been a conflict in all versions. */
const ALWAYS_CONFLICT: ReadonlySet<string> = new Set([
  'kill',
  'release',
  'restart',
  'resume',
  'resume-from-breakpoint',
  'change-run-state',
])

export function refusalOf({ code, message }: Refusal, name: Command['name'], dialect: ApiDialect): RequestError {
  return new RequestError(statusOf(code, name, dialect), code === 'unknown-execution' ? 'not-found' : code, message)
}

function statusOf(code: Refusal['code'], name: string, dialect: ApiDialect): number {
  switch (code) {
    case 'unknown-execution':
    case 'unknown-task-run':
      return 404
    case 'invalid-state':
    case 'invalid-inputs':
      return 422
    case 'nothing-to-restart':
      return dialect === 'c' ? 409 : 422
    case 'wrong-state':
      if (name === 'set-labels') return 400
      return dialect === 'c' || ALWAYS_CONFLICT.has(name) ? 409 : 422
  }
}
