// What a list or a bulk command is narrowed by: the usual options, and `--filter FIELD:OPERATION:VALUE` for the rest, as kestractl writes it.
import type { Option } from 'commander'
import { option, several } from './command-spec.ts'
import { CommandError, EXIT } from './exit-code.ts'

export type FilterQuery = Readonly<Record<`filters[${string}`, string>>

export const FILTER = several(
  '--filter <field:op:value>',
  'narrow it by any field, e.g. STATE:EQUALS:FAILED; several times',
)
export const PAGING: readonly Option[] = [
  option('--page <number>', 'one page only, counted from 1'),
  option('--size <number>', 'rows of a page'),
]

/** `FLOW_ID:EQUALS:x`, `flowId:EQUALS:x`, `LABELS:EQUALS:team=data`. */
export function filterQuery(filters: readonly string[] = []): FilterQuery {
  return Object.fromEntries(filters.map(pairOf))
}

function pairOf(text: string): readonly [`filters[${string}`, string] {
  const [name, operation, ...rest] = text.split(':')
  if (name === undefined || operation === undefined || name === '' || rest.length === 0)
    throw new CommandError(EXIT.usage, `"${text}" is no filter: write FIELD:OPERATION:VALUE, e.g. STATE:EQUALS:FAILED`)
  const field = FIELDS[name.toUpperCase()] ?? camel(name)
  const value = rest.join(':')
  const at = value.indexOf('=')
  if (field !== 'labels' || at < 1) return [`filters[${field}][${operation.toUpperCase()}]`, value]
  return [`filters[labels][${operation.toUpperCase()}][${value.slice(0, at)}]`, value.slice(at + 1)]
}

const FIELDS: Readonly<Record<string, string>> = { QUERY: 'q', MIN_LEVEL: 'level' }

function camel(name: string): string {
  if (name !== name.toUpperCase()) return name
  return name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** Those that were told, so that absent ones are absent. */
export function told<Value>(values: Readonly<Record<string, Value | undefined>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  )
}
