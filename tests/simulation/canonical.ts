// A state as text that two equal states share, whatever maps, sets and objects they are made of. The agenda is left out: it is work, not fact.
import type { ExecutionState } from '@batuta/core'

export function canonical(state: ExecutionState): string {
  return JSON.stringify(plain({ ...state, agenda: [] }))
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Set) return [...value].map(plain).sort()
  if (!(value instanceof Map) && Symbol.iterator in value) return Array.from(value as Iterable<unknown>, plain)
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  const sorted = entries
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => [String(key), plain(item)] as const)
  return Object.fromEntries(sorted.sort(([a], [b]) => (a < b ? -1 : 1)))
}
