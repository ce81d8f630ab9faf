// node tests/conformance/expressions.ts [--cases FILE]…
// Plays recorded expressions: a template, a context, and the text, value or error that the real engine gave. Without --cases, the three
// files of ../shared/conformance. A failing row is printed with what was expected and what came; the exit status is 1 when one failed.
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import {
  compileTemplate,
  decodeValue,
  encodeValue,
  evaluateAsync,
  ExpressionError,
  Fuel,
  isMap,
  javaClassName,
  mapGet,
  mapKeys,
} from '../../packages/core/src/index.ts'
import type { Dialect, Request, Scope, Value, ValueMap } from '../../packages/core/src/index.ts'

type Outcome =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'value'; readonly value: Value }
  | { readonly type: 'error'; readonly kind: string; readonly message: string }

/** What is wrong with an outcome; undefined when it is as recorded. */
type Expectation = {
  readonly dialect: Dialect
  readonly isTyped: boolean
  readonly judge: (outcome: Outcome) => string | undefined
}

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const DEFAULT_FILES = ['expressions-cases', 'expressions-typed-cases', 'expressions-version-divergent'].map(name =>
  join(ROOT, '..', 'shared', 'conformance', `${name}.jsonl`),
)

const { values } = parseArgs({ options: { cases: { type: 'string', multiple: true } } })
const files = values.cases?.map(file => resolve(file)) ?? DEFAULT_FILES
let passed = 0
let failed = 0
for (const file of files) {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.trim() === '') continue
    const complaints = await playRow(decodeValue(line) as ValueMap)
    if (complaints.length === 0) passed++
    else failed++
    for (const complaint of complaints) console.log(complaint)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

async function playRow(row: ValueMap): Promise<readonly string[]> {
  const template = String(mapGet(row, 'template') ?? '')
  const context = (mapGet(row, 'context') ?? {}) as ValueMap
  const complaints: string[] = []
  for (const { dialect, isTyped, judge } of expectationsOf(row)) {
    const outcome = await evaluate(template, context, dialect, isTyped)
    const complaint = judge(outcome)
    if (complaint === undefined) continue
    const id = String(mapGet(row, 'id') ?? '?')
    complaints.push(
      `FAILED ${id} (dialect ${dialect})\n  template: ${template}\n  expected: ${complaint}\n  got:      ${describe(outcome)}`,
    )
  }
  return complaints
}

function expectationsOf(row: ValueMap): readonly Expectation[] {
  const divergent = ([1, 2] as const).flatMap(dialect => {
    const expected = mapGet(row, `kestra${dialect}`)
    return expected === undefined ? [] : [expectText(expected as ValueMap, dialect)]
  })
  if (divergent.length > 0) return divergent
  return [mapGet(row, 'expectTyped') === undefined ? expectText(row, 1) : expectTyped(row)]
}

function expectText(expected: ValueMap, dialect: Dialect): Expectation {
  const kind = mapGet(expected, 'errorKind')
  const isError = mapGet(expected, 'error') === true || kind !== undefined
  const isLenient = mapGet(expected, 'lenientOk') === true
  const text = mapGet(expected, 'expect')
  const judge = (outcome: Outcome): string | undefined => {
    if (!isError) return outcome.type === 'text' && outcome.text === text ? undefined : JSON.stringify(text)
    if (outcome.type !== 'error') return isLenient ? undefined : `error ${String(kind ?? '')}`
    const isRight = outcome.kind !== 'CRASH' && (kind === undefined || kind === null || outcome.kind === kind)
    return isRight ? undefined : `error ${String(kind)}`
  }
  return { dialect, isTyped: false, judge }
}

function expectTyped(row: ValueMap): Expectation {
  const expected = mapGet(row, 'expectTyped') ?? null
  const javaType = mapGet(row, 'javaType') ?? null
  const judge = (outcome: Outcome): string | undefined => {
    const isRight =
      outcome.type === 'value' &&
      sortedText(outcome.value) === sortedText(expected) &&
      familyOf(javaClassName(outcome.value)) === familyOf(javaType)
    return isRight ? undefined : `${encodeValue(expected)} (${String(javaType)})`
  }
  return { dialect: 1, isTyped: true, judge }
}

/** Maps of the record may have been written in another order than the real one. */
function sortedText(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(item => sortedText(item as Value)).join(',')}]`
  if (!isMap(value)) return encodeValue(value)
  const parts = [...mapKeys(value)]
    .sort()
    .map(key => `${JSON.stringify(key)}:${sortedText(mapGet(value, key) ?? null)}`)
  return `{${parts.join(',')}}`
}

/** One integer type stands for all of Java's, one list for arrays and sets. */
function familyOf(javaType: Value): string {
  if (typeof javaType !== 'string') return 'null'
  const name = javaType.slice(javaType.lastIndexOf('.') + 1)
  if (/^(Integer|Long|Short|BigInteger)$/.test(name)) return 'integer'
  if (/Map/.test(name)) return 'map'
  return /List|Set|Object;|\[/.test(name) ? 'list' : name
}

async function evaluate(template: string, context: ValueMap, dialect: Dialect, isTyped: boolean): Promise<Outcome> {
  const scope: Scope = {
    lookup: root => mapGet(context, root),
    names: () => mapKeys(context),
    nowMs: Date.parse('2024-03-05T14:07:09.123Z'),
    random: () => 0.5,
    zone: 'UTC',
    locale: 'en-US',
    fuel: new Fuel(),
  }
  try {
    const compiled = compileTemplate(template, { dialect })
    if (isTyped)
      return { type: 'value', value: await evaluateAsync(inner => compiled.renderTyped(inner), scope, emptyWorld) }
    return { type: 'text', text: await evaluateAsync(inner => compiled.render(inner), scope, emptyWorld) }
  } catch (error) {
    if (error instanceof ExpressionError) return { type: 'error', kind: error.kind, message: error.message }
    return {
      type: 'error',
      kind: 'CRASH',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }
  }
}

/** A world without secrets, keys and files. */
async function emptyWorld({ name, key }: Request): Promise<Value> {
  if (name === 'fileExists') return false
  throw new ExpressionError({ kind: 'VALUE', message: `there is no ${key}`, line: 1, column: 1, excerpt: '' })
}

function describe(outcome: Outcome): string {
  switch (outcome.type) {
    case 'text':
      return JSON.stringify(outcome.text)
    case 'value':
      return `${encodeValue(outcome.value)} (${String(javaClassName(outcome.value))})`
    case 'error':
      return `error ${outcome.kind}: ${outcome.message}`
  }
}
