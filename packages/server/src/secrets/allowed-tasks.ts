// A secret may be bound to the types of tasks that are given it: by the tag `allowed-tasks` of a saved one, by `allow-tasks` of a manager. Types are
// separated by commas, and `*` at the end stands for any ending. What asks and is no task – a condition, an input, a label – is given none that is bound.
import { BatutaError } from '@batuta/core'
import type { SecretTag } from './secret-rows.ts'

export const ALLOWED_TASKS_TAG = 'allowed-tasks'

export function allowedByTags(tags: readonly SecretTag[]): readonly string[] | undefined {
  const said = tags.filter(({ key }) => key === ALLOWED_TASKS_TAG).map(({ value }) => value)
  return said.length === 0 ? undefined : said.flatMap(value => value.split(',').map(type => type.trim()))
}

/** @throws {BatutaError} `secret-unavailable` when the asker is none of those. */
export function expectAllowed(allowed: readonly string[] | undefined, key: string, taskType: string | undefined): void {
  if (allowed === undefined || (taskType !== undefined && allowed.some(pattern => matches(pattern, taskType)))) return
  const who = taskType === undefined ? 'an expression outside of a task' : `the type "${taskType}"`
  throw new BatutaError(
    'secret-unavailable',
    `The secret "${key}" is bound to other tasks than ${who}: ${allowed.join(', ')}.`,
  )
}

function matches(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type
}
