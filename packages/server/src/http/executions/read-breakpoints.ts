import type { Breakpoint } from '@batuta/core'
import { unprocessable } from '../request-error.ts'

const BREAKPOINTS_MAX = 1_000

/** `taskId` or `taskId.value`, separated by commas. */
export function readBreakpoints(text: string | undefined): readonly Breakpoint[] {
  const parts = (text ?? '')
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
  if (parts.length > BREAKPOINTS_MAX)
    throw unprocessable('too-many', `At most ${BREAKPOINTS_MAX} breakpoints are taken.`)
  return parts.map(part => {
    const dot = part.indexOf('.')
    return dot < 0 ? { id: part } : { id: part.slice(0, dot), value: part.slice(dot + 1) }
  })
}
