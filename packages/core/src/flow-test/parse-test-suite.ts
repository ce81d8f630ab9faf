// A suite of flow tests out of its YAML, with line and column for every mistake. With the flow at hand, names that it does not have are
// mistakes as well.
import { checkTemplate } from '../expression/check.ts'
import { isMap, mapEntries } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import type { Diagnostic } from '../std/diagnostic.ts'
import type { Catalogue } from '../flow/catalogue.ts'
import type { Flow } from '../flow/flow.ts'
import { walkFlow } from '../flow/graph.ts'
import { nearest } from '../flow/nearest.ts'
import { hasExpression } from '../flow/parse-type.ts'
import { openPositions } from '../flow/positions.ts'
import {
  booleanOf,
  choiceOf,
  fieldOf,
  join,
  mapOf,
  missing,
  placeOf,
  placesOf,
  refuseUnknown,
  report,
  requiredText,
  textOf,
  valueMapOf,
} from '../flow/reading.ts'
import type { Place, Reading } from '../flow/reading.ts'
import { readYaml } from '../flow/yaml.ts'
import { valueOf } from '../flow/yaml-node.ts'
import { STATES } from '../flow/validate-states.ts'
import { FIXTURE_STATES, OPERATORS } from './test-suite.ts'
import type { Assertion, Fixtures, TaskFixture, TestCase, TestSuite, TriggerFixture } from './test-suite.ts'

export interface ParsedSuite {
  /** Absent when one of the diagnostics is an error. */
  readonly suite?: TestSuite
  readonly diagnostics: readonly Diagnostic[]
}

export interface SuiteOptions {
  readonly catalogue: Catalogue
  /** The flow under test. */
  readonly flow?: Flow
}

/** Whether a document is meant as a suite of tests. */
export function isTestSuite(document: Value): boolean {
  return isMap(document) && Array.from(mapEntries(document), ([key]) => key).some(key => key === 'testCases')
}

export function parseTestSuite(source: string, { catalogue, flow }: SuiteOptions): ParsedSuite {
  const { root, problems } = readYaml(source)
  const diagnostics: Diagnostic[] = []
  const reading: Reading = { catalogue, positions: openPositions(source, root), diagnostics, dialectMarks: [] }
  for (const problem of problems) report(reading, { ...problem, path: '' })
  const place = root === undefined ? undefined : placeOf(reading, root, '')
  if (place === undefined) return { diagnostics }
  const suite = parseSuite(place, flow)
  const isBroken = diagnostics.some(({ severity }) => severity === 'error')
  return isBroken ? { diagnostics } : { suite, diagnostics }
}

const SUITE_KEYS = new Set(['id', 'namespace', 'flowId', 'description', 'disabled', 'required', 'testCases'])
const CASE_KEYS = new Set(['id', 'type', 'description', 'disabled', 'fixtures', 'assertions', 'expectedState'])
const FIXTURE_KEYS = new Set(['inputs', 'files', 'tasks', 'trigger', 'triggers', 'kv', 'secrets'])
const TASK_KEYS = new Set(['id', 'value', 'state', 'outputs', 'description'])
const TRIGGER_KEYS = new Set(['id', 'type', 'variables', 'description'])
const ASSERTION_KEYS = new Set(['value', 'taskId', 'description', 'errorMessage', ...OPERATORS])

function parseSuite(place: Place, flow: Flow | undefined): TestSuite {
  refuseUnknown(place, SUITE_KEYS, 'a test suite')
  const description = textOf(place, 'description')
  const cases = placesOf(place, 'testCases')
  if (cases.length === 0 && fieldOf(place, 'testCases') === undefined) missing(place, 'testCases', 'a test suite')
  const testCases = cases.map(item => parseCase(item, flow))
  refuseTwins(cases, testCases)
  return {
    id: requiredText(place, 'id', 'a test suite'),
    namespace: requiredText(place, 'namespace', 'a test suite'),
    flowId: requiredText(place, 'flowId', 'a test suite'),
    disabled: booleanOf(place, 'disabled', false),
    required: booleanOf(place, 'required', false),
    testCases,
    ...(description !== undefined && { description }),
  }
}

function refuseTwins(places: readonly Place[], cases: readonly TestCase[]): void {
  const seen = new Set<string>()
  cases.forEach(({ id }, index) => {
    const place = places[index]
    if (seen.has(id) && place !== undefined)
      complain(place, 'id', `The test case "${id}" occurs more than once; rename one of them.`)
    seen.add(id)
  })
}

function complain({ reading, path, map }: Place, key: string, message: string): void {
  const offset = map.entries.get(key)?.value.start ?? map.start
  report(reading, { severity: 'error', code: 'invalid-test', message, path: join(path, key), offset })
}

function parseCase(place: Place, flow: Flow | undefined): TestCase {
  refuseUnknown(place, CASE_KEYS, 'a test case')
  const description = textOf(place, 'description')
  const expectedState = textOf(place, 'expectedState')
  if (expectedState !== undefined && !STATES.has(expectedState))
    complain(place, 'expectedState', unknown('state', expectedState, STATES))
  const fixtures = mapOf(place, 'fixtures')
  return {
    id: requiredText(place, 'id', 'a test case'),
    path: place.path,
    disabled: booleanOf(place, 'disabled', false),
    fixtures: fixtures === undefined ? NO_FIXTURES : parseFixtures(fixtures, flow),
    assertions: placesOf(place, 'assertions').map(item => parseAssertion(item, flow)),
    ...(description !== undefined && { description }),
    ...(expectedState !== undefined && { expectedState }),
  }
}

const NO_FIXTURES: Fixtures = { inputs: {}, files: new Map(), tasks: [], kv: {}, secrets: new Map() }

function parseFixtures(place: Place, flow: Flow | undefined): Fixtures {
  refuseUnknown(place, FIXTURE_KEYS, 'the fixtures')
  const inputs = valueMapOf(place, 'inputs')
  const known = new Set(flow?.inputs.flatMap(({ id }) => [id, id.split('.', 1)[0] ?? id]))
  for (const [name] of flow === undefined ? [] : mapEntries(inputs)) {
    const owner = mapOf(place, 'inputs')
    if (!known.has(name) && owner !== undefined)
      complain(owner, name, `The flow has no input "${name}".${didYouMean(name, known)}`)
  }
  const trigger = mapOf(place, 'trigger') ?? placesOf(place, 'triggers')[0]
  return {
    inputs,
    files: textMapOf(place, 'files'),
    tasks: placesOf(place, 'tasks').map(item => parseTaskFixture(item, flow)),
    kv: valueMapOf(place, 'kv'),
    secrets: textMapOf(place, 'secrets'),
    ...(trigger !== undefined && { trigger: parseTriggerFixture(trigger, flow) }),
  }
}

function textMapOf(place: Place, key: string): ReadonlyMap<string, string> {
  return new Map(Array.from(mapEntries(valueMapOf(place, key)), ([name, value]) => [name, printValue(value)]))
}

function parseTaskFixture(place: Place, flow: Flow | undefined): TaskFixture {
  refuseUnknown(place, TASK_KEYS, 'a task fixture')
  const id = requiredText(place, 'id', 'a task fixture')
  expectTask(place, 'id', { id, flow })
  const value = textOf(place, 'value')
  return {
    id,
    state: choiceOf(place, 'state', FIXTURE_STATES) ?? 'SUCCESS',
    outputs: valueMapOf(place, 'outputs'),
    ...(value !== undefined && { value }),
  }
}

function expectTask(
  place: Place,
  key: string,
  { id, flow }: { readonly id: string; readonly flow: Flow | undefined },
): void {
  if (flow === undefined || id === '') return
  const ids = new Set(Array.from(walkFlow(flow), ({ task }) => task.id))
  if (!ids.has(id)) complain(place, key, `The flow has no task "${id}".${didYouMean(id, ids)}`)
}

function parseTriggerFixture(place: Place, flow: Flow | undefined): TriggerFixture {
  refuseUnknown(place, TRIGGER_KEYS, 'the trigger of a fixture')
  const id = requiredText(place, 'id', 'the trigger of a fixture')
  const type = textOf(place, 'type')
  const known = flow?.triggers.map(trigger => trigger.id) ?? []
  if (flow !== undefined && type === undefined && !known.includes(id))
    complain(place, 'id', `The flow has no trigger "${id}".${didYouMean(id, known)}`)
  return { id, variables: valueMapOf(place, 'variables'), ...(type !== undefined && { type }) }
}

function parseAssertion(place: Place, flow: Flow | undefined): Assertion {
  refuseUnknown(place, ASSERTION_KEYS, 'an assertion')
  const taskId = textOf(place, 'taskId')
  if (taskId !== undefined) expectTask(place, 'taskId', { id: taskId, flow })
  const node = fieldOf(place, 'value')
  if (node === undefined) missing(place, 'value', 'an assertion')
  const value = node === undefined ? null : valueOf(node)
  if (typeof value === 'string' && hasExpression(value)) inspectTemplate(place, value, flow)
  const checks = OPERATORS.flatMap(operator => {
    const expected = place.map.entries.get(operator)?.value
    return expected === undefined ? [] : [{ operator, expected: valueOf(expected) }]
  })
  if (checks.length === 0)
    complain(place, 'value', `An assertion compares its value by one of ${OPERATORS.join(', ')}.`)
  const [description, errorMessage] = [textOf(place, 'description'), textOf(place, 'errorMessage')]
  return {
    path: place.path,
    value,
    checks,
    ...(taskId !== undefined && { taskId }),
    ...(description !== undefined && { description }),
    ...(errorMessage !== undefined && { errorMessage }),
  }
}

function inspectTemplate(place: Place, text: string, flow: Flow | undefined): void {
  const [finding] = checkTemplate(text, { dialect: flow?.dialect ?? 1 })
  if (finding === undefined || finding.severity !== 'error') return
  const { message, suggestion } = finding
  complain(place, 'value', `${message}${suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`}`)
}

function unknown(what: string, name: string, known: Iterable<string>): string {
  const names = [...known]
  const close = nearest(name, names)
  return `Unknown ${what} "${name}"; ${close === undefined ? `known are ${names.join(', ')}.` : `did you mean ${close}?`}`
}

function didYouMean(name: string, known: Iterable<string>): string {
  const names = [...known]
  const close = nearest(name, names)
  if (close !== undefined) return ` Did you mean "${close}"?`
  return names.length === 0 ? '' : ` Known are ${names.slice(0, 12).join(', ')}.`
}
