// Calls as nobody who means well would make them: of every route, with values that the schemas take, nearly take, or never heard of. The same seed makes the
// same calls.
import { trust } from '@batuta/core'
import type { NamedRoute, RouteCall } from './route-calls.ts'

interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
}

/** In [0, 1). */
export type Chance = () => number

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const TEXTS: readonly string[] = [
  ...[
    '',
    ' ',
    'a',
    'main',
    'probe',
    'probe.ns',
    'null',
    'undefined',
    'true',
    'NaN',
    '-1',
    '0',
    '1e999',
    '9'.repeat(400),
  ],
  ...['2031-02-30T25:61:61Z', '2031-01-01', 'P1D', 'PT', 'P999999999999Y', 'startDate:desc', 'state:asc', 'x:sideways'],
  ...['SUCCESS', 'RUNNING', 'DELETE', 'a:b', ':', 'a:', ':b', '%00', '\u0000', '\ud800', '\u202e', '\uffff', '😀'],
  ...[
    '../..',
    '/',
    '//',
    '.',
    '..',
    '*',
    '**',
    '?',
    '#',
    '[',
    '(',
    '{',
    '{{',
    '{{ 1 }}',
    "{{ secret('DOOR') }}",
    '${1}',
  ],
  ...[
    "'",
    '"',
    ';--',
    '\\',
    '`',
    '<script>',
    'javascript:alert(1)',
    '\r\nx: y',
    'kestra:///',
    'kestra:///a/b',
    'file:///',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'x'.repeat(5_000),
    'é'.repeat(300),
    '\t',
    '\n',
    '{}',
    '[]',
  ],
]
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  [],
  {},
  [[]],
  [null],
  { a: { b: {} } },
]

function pick<T>(chance: Chance, list: readonly [T, ...T[]] | readonly T[]): T {
  return trust<T>(list[Math.floor(chance() * list.length)])
}

export function randomCall(
  { route, path }: NamedRoute,
  chance: Chance,
  there: Readonly<Record<string, string>>,
): RouteCall {
  const param = (name: string): string =>
    chance() < 0.6 && there[name] !== undefined ? there[name] : pick(chance, TEXTS).toWellFormed()
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(param(name)) || '%20')
  const query = randomQuery(trust<Schema>(route.query), chance)
  return { method: route.method, path: query === '' ? filled : `${filled}?${query}`, ...randomBody(route.body, chance) }
}

function randomQuery({ properties = {}, required = [] }: Schema, chance: Chance): string {
  const query = new URLSearchParams()
  for (const [name, schema] of Object.entries(properties)) {
    if (chance() > (required.includes(name) ? 0.95 : 0.3)) continue
    const times = chance() < 0.1 ? 2 : 1
    for (let time = 0; time < times; time++) {
      const value = randomValue(schema, chance)
      query.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
    }
  }
  if (chance() < 0.1)
    query.append(
      `filters[${pick(chance, TEXTS)}][${pick(chance, ['EQUALS', 'IN', 'REGEX', 'X'])}]`,
      pick(chance, TEXTS),
    )
  if (chance() < 0.1) query.append(pick(chance, TEXTS), pick(chance, TEXTS))
  return query.toString()
}

const TYPES = [
  'application/json',
  'application/x-yaml',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'nonsense',
  '',
]

function randomBody(body: NamedRoute['route']['body'], chance: Chance): Pick<RouteCall, 'headers' | 'body'> {
  if (body.type === 'none' && chance() < 0.95) return { headers: {} }
  const known = { json: 'application/json', form: 'application/json', yaml: 'application/x-yaml' }
  const usual = body.type in known ? known[trust<keyof typeof known>(body.type)] : 'text/plain'
  const headers = { 'content-type': chance() < 0.85 ? usual : pick(chance, TYPES) }
  if (chance() < 0.05) return { headers }
  if (body.type === 'json')
    return { headers, body: cut(JSON.stringify(randomValue(trust<Schema>(body.schema), chance)), chance) }
  if (body.type === 'form')
    return { headers, body: cut(JSON.stringify({ [pick(chance, TEXTS)]: pick(chance, VALUES) }), chance) }
  const flow = `id: ${pick(chance, TEXTS)}\nnamespace: probe.ns\ntasks: [{ id: t, type: ${pick(chance, ['core.log.Log', 'x'])} }]`
  return { headers, body: cut(chance() < 0.5 ? flow : pick(chance, TEXTS), chance) }
}

/** Now and then what was sent ends early. */
function cut(text: string, chance: Chance): string {
  return chance() < 0.05 ? text.slice(0, Math.floor(chance() * text.length)) : text
}

const DEPTH_MAX = 5

function randomValue(schema: Schema, chance: Chance, depth = 0): unknown {
  if (chance() < 0.1) return pick(chance, VALUES)
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined && schema.enum.length > 0) return pick(chance, schema.enum)
  if (schema.anyOf !== undefined && schema.anyOf.length > 0)
    return randomValue(pick(chance, schema.anyOf), chance, depth)
  switch (schema.type) {
    case 'object':
      return depth > DEPTH_MAX ? {} : randomObject(schema, chance, depth)
    case 'array':
      return Array.from({ length: Math.floor(chance() * 4) }, () => randomValue(schema.items ?? {}, chance, depth + 1))
    case 'integer':
    case 'number':
      return pick(chance, [0, 1, 2, -1, 10, 1_000, 1_001, 2 ** 31, 2 ** 53, 1e21, 0.5])
    case 'boolean':
      return chance() < 0.5
    default:
      return chance() < 0.9 ? pick(chance, TEXTS) : pick(chance, VALUES)
  }
}

function randomObject({ properties, required = [] }: Schema, chance: Chance, depth: number): unknown {
  const entries = Object.entries(properties ?? {})
    .filter(([name]) => chance() < (required.includes(name) ? 0.95 : 0.4))
    .map(([name, schema]): [string, unknown] => [name, randomValue(schema, chance, depth + 1)])
  if (properties === undefined || chance() < 0.1) entries.push([pick(chance, TEXTS), pick(chance, VALUES)])
  return Object.fromEntries(entries)
}
