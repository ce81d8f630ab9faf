import { TaskError } from '@batuta/plugin-sdk'

/** Epoch milliseconds; null where nothing was written. A date alone is its beginning, in UTC. */
export function momentOf(text: string | undefined, property: string): number | null {
  if (text === undefined || text.trim() === '') return null
  const atMs = Date.parse(text.replace(/\[[\w/+-]+\]$/, ''))
  if (Number.isNaN(atMs)) throw new TaskError(`property "${property}" must be a date, not "${text}"`)
  return atMs
}
