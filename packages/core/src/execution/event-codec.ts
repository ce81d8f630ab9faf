// Events as the journal keeps them: one list per event, its word first and its fields in a fixed order, absent ones at the end left out. A
// table says which fields an event has; a field may be added at the end of its row, and nothing is ever taken out or moved. Half the bytes
// and a third of the time of objects with names, and this is written for every turn of every execution.
import { assert, AssertionError } from '../std/assert.ts'
import { encodeTexts, type Texts } from '../std/text-list.ts'
import { trust } from '../std/trust.ts'
import { isList, type Value } from '../std/value.ts'
import { decodeValue, encodeValue, isPlainJson } from '../std/value-json.ts'
import type { Event } from './event.ts'

/** n: number or boolean or absent · w: a word that needs no escaping · t: texts, which may be many · v: any value. */
type Kind = 'n' | 'w' | 't' | 'v'

type FieldsOf<Type extends Event['type']> = readonly (readonly [
  Exclude<keyof Extract<Event, { type: Type }>, 'type'>,
  Kind,
])[]

const FIELDS: { readonly [Type in Event['type']]: FieldsOf<Type> } = {
  created: [
    ['tenant', 'v'],
    ['namespace', 'v'],
    ['flowId', 'v'],
    ['revision', 'n'],
    ['inputs', 'v'],
    ['labels', 'v'],
    ['trigger', 'v'],
    ['parentLink', 'v'],
    ['parentId', 'v'],
    ['originalId', 'v'],
    ['originalCreatedMs', 'n'],
    ['attemptNumber', 'n'],
    ['scheduledMs', 'n'],
    ['depth', 'n'],
    ['rootId', 'v'],
    ['problem', 'v'],
    ['traceparent', 'v'],
    ['copy', 'v'],
    ['breakpoints', 'v'],
    ['isSealed', 'n'],
  ],
  moved: [['to', 'w']],
  'run-created': [
    ['run', 'n'],
    ['task', 'n'],
    ['parent', 'n'],
    ['lane', 'n'],
    ['value', 'v'],
    ['iteration', 'n'],
  ],
  'run-moved': [
    ['run', 'n'],
    ['to', 'w'],
    ['outputs', 'v'],
  ],
  'group-opened': [
    ['run', 'n'],
    ['branch', 'v'],
    ['isFanned', 'n'],
    ['laneCount', 'n'],
    ['laneLimit', 'n'],
    ['values', 't'],
    ['outputs', 'v'],
    ['isClosedOff', 'n'],
    ['isTolerant', 'n'],
    ['keys', 'v'],
    ['isBatched', 'n'],
    ['isDirectory', 'n'],
  ],
  'phase-entered': [
    ['run', 'n'],
    ['phase', 'w'],
    ['handlers', 'v'],
  ],
  'run-resumed': [
    ['run', 'n'],
    ['to', 'w'],
    ['outputs', 'v'],
    ['branch', 'v'],
  ],
  'pass-ended': [
    ['run', 'n'],
    ['outputs', 'v'],
    ['verdict', 'w'],
  ],
  'iteration-ended': [
    ['run', 'n'],
    ['lane', 'n'],
    ['state', 'w'],
    ['outputs', 'v'],
    ['isLast', 'n'],
  ],
  'pass-begun': [['run', 'n']],
  'job-sent': [
    ['run', 'n'],
    ['epoch', 'n'],
  ],
  'job-lost': [
    ['run', 'n'],
    ['epoch', 'n'],
  ],
  'attempt-settled': [
    ['run', 'n'],
    ['to', 'w'],
    ['attempt', 'v'],
    ['outputs', 'v'],
  ],
  outputs: [['outputs', 'v']],
  'evaluate-asked': [
    ['run', 'n'],
    ['slot', 'v'],
  ],
  evaluated: [
    ['run', 'n'],
    ['slot', 'v'],
    ['value', 'v'],
    ['error', 'v'],
  ],
  'timer-set': [
    ['name', 'v'],
    ['atMs', 'n'],
  ],
  'timer-fired': [['name', 'v']],
  'child-linked': [
    ['run', 'n'],
    ['childId', 'w'],
  ],
  'child-ended': [
    ['run', 'n'],
    ['childId', 'w'],
  ],
  labels: [['labels', 'v']],
  variables: [
    ['variables', 'v'],
    ['isWhole', 'n'],
  ],
  'kill-requested': [],
  'limit-waits': [['keys', 'v']],
  'limit-granted': [
    ['keys', 'v'],
    ['isForced', 'n'],
  ],
  'sla-broken': [['index', 'n']],
  restarted: [
    ['leaves', 'v'],
    ['groups', 'v'],
    ['removed', 'v'],
  ],
  'taken-over': [
    ['leaves', 'v'],
    ['groups', 'v'],
    ['removed', 'v'],
  ],
  overruled: [
    ['run', 'n'],
    ['to', 'w'],
    ['groups', 'v'],
    ['removed', 'v'],
  ],
  breakpoints: [['breakpoints', 'v']],
  held: [['reason', 'v']],
  released: [],
  sealed: [],
}

interface Columns {
  /** The word first. */
  readonly names: readonly string[]
  readonly kinds: readonly Kind[]
}

const COLUMNS = trust<{ readonly [Type in Event['type']]: Columns }>(
  Object.fromEntries(Object.entries(FIELDS).map(([type, fields]) => [type, columnsOf(fields)])),
)

function columnsOf(fields: readonly (readonly [string, Kind])[]): Columns {
  return { names: ['type', ...fields.map(([name]) => name)], kinds: ['w', ...fields.map(([, kind]) => kind)] }
}

/** All of a turn is one text of JSON where each of its values is one: it is written at once then, else piece by piece. */
export function encodeEvents(events: readonly Event[]): string {
  const rows: unknown[] = []
  for (const event of events) {
    const row = plainRow(event)
    if (!row) return encodePieces(events)
    rows.push(row)
  }
  return JSON.stringify(rows)
}

function plainRow(event: Event): readonly unknown[] | undefined {
  const values = trust<Readonly<Record<string, Value | undefined>>>(event)
  const { names, kinds } = COLUMNS[event.type]
  let length = names.length
  while (values[names[length - 1] ?? ''] === undefined) length -= 1
  // The names are what the row is filled over: a list that grew would have room for seventeen.
  const row: unknown[] = names.slice(0, length)
  for (let index = 0; index < length; index++) {
    const value = values[names[index] ?? ''] ?? null
    if (kinds[index] === 'v' && !isPlainJson(value)) return undefined
    // Of many texts only their own way makes JSON.
    if (kinds[index] === 't' && value !== null && !Array.isArray(value)) return undefined
    row[index] = value
  }
  return row
}

function encodePieces(events: readonly Event[]): string {
  let text = '['
  for (let index = 0; index < events.length; index++) {
    const event = events[index]
    if (event) text += (index === 0 ? '' : ',') + encodeEvent(event)
  }
  return `${text}]`
}

function encodeEvent(event: Event): string {
  const values = trust<Readonly<Record<string, Value | undefined>>>(event)
  let text = `["${event.type}"`
  let gap = ''
  for (const [name, kind] of FIELDS[event.type]) {
    const value = values[name]
    if (value === undefined) {
      gap += ',null'
      continue
    }
    text += `${gap},${encodeField(kind, value)}`
    gap = ''
  }
  return `${text}]`
}

function encodeField(kind: Kind, value: Value): string {
  switch (kind) {
    case 'n':
      return String(value)
    case 'w':
      return `"${String(value)}"`
    case 't':
      return encodeTexts(trust<Texts>(value))
    case 'v':
      return encodeValue(value)
  }
}

/** Reads what `encodeEvents` wrote. A field that is null was absent; `value` of `evaluated` is the one place where null means null. */
export function decodeEventList(text: string): readonly Event[] {
  const rows = decodeValue(text)
  assert(isList(rows), 'a journal row is a list of events')
  return rows.map(decodeEvent)
}

function decodeEvent(row: Value): Event {
  const type = typeOf(row)
  const { names } = COLUMNS[type]
  const fields = trust<readonly Value[]>(row)
  const event: Record<string, Value> = { type }
  for (let index = 1; index < names.length; index++) {
    const value = fields[index]
    if (value !== undefined && value !== null) event[names[index] ?? ''] = value
  }
  return trust<Event>(event)
}

function typeOf(row: Value): Event['type'] {
  // The complaint is worded only for what is none: a million rows are read here.
  if (isList(row) && typeof row[0] === 'string' && row[0] in COLUMNS) return trust<Event['type']>(row[0])
  throw new AssertionError(`${JSON.stringify(row)} is no event`)
}
