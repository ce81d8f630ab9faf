// Suites of tests as they are kept: their source is what counts, all else is read from it.
import {
  encodeValue,
  isList,
  isMap,
  mapEntries,
  mapFrom,
  mapGet,
  parseTestSuite,
  parseYaml,
  type ParsedSuite,
  type TestSuite,
  type Value,
} from '@batuta/core'
import type { TestSuiteKey, TestSuiteRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { invalidFlow } from '../flows/report-flow.ts'
import { notFound, unprocessable } from '../request-error.ts'

/** With the flow as it is saved, if it is. */
export function judgeSuite(source: string, { saveWorld, flows, config }: HttpDependencies): ParsedSuite {
  const { catalogue } = saveWorld
  const first = parseTestSuite(source, { catalogue })
  if (!first.suite) return first
  const { namespace, flowId } = first.suite
  const flow = flows.flowOf({ tenant: config.tenant, namespace, flowId })
  if (flow) return parseTestSuite(source, { catalogue, flow })
  const message = `There is no flow "${namespace}.${flowId}" yet: the suite cannot be run before it is saved.`
  const missing = { severity: 'warning', code: 'flow-missing', message, path: 'flowId' } as const
  return { ...first, diagnostics: [...first.diagnostics, missing] }
}

export async function saveSuite(
  source: string,
  expected: Partial<TestSuiteKey>,
  dependencies: HttpDependencies,
): Promise<TestSuiteRow> {
  const { suite, diagnostics } = judgeSuite(source, dependencies)
  if (!suite) throw invalidFlow(diagnostics)
  for (const field of ['namespace', 'id'] as const)
    if (expected[field] !== undefined && expected[field] !== suite[field])
      throw unprocessable(
        'test-mismatch',
        `Invalid entity: test.${field}: The suite says "${suite[field]}", the address "${expected[field]}".`,
      )
  const { store, config, platform } = dependencies
  const { id, namespace, flowId } = suite
  const row = { tenant: config.tenant, namespace, id, flowId, source, updatedMs: platform.nowMs() }
  await store.perform('saveTestSuite', row)
  return row
}

export async function getSuite(key: TestSuiteKey, { store }: HttpDependencies): Promise<TestSuiteRow> {
  const row = await store.read.findTestSuite(key)
  if (!row) throw notFound(`The test suite "${key.namespace}.${key.id}"`)
  return row
}

export function suiteOf({ source }: TestSuiteRow, { saveWorld }: HttpDependencies): TestSuite | undefined {
  return parseTestSuite(source, { catalogue: saveWorld.catalogue }).suite
}

/** The document of the source, with what the server knows. */
export function presentSuite({ tenant, namespace, id, flowId, source, updatedMs }: TestSuiteRow): string {
  const { value = null } = parseYaml(source)
  const given = isMap(value) ? Object.fromEntries(mapEntries(value)) : {}
  const cases = given['testCases']
  const own = {
    ...{ id, tenantId: tenant, namespace, flowId },
    ...{ disabled: given['disabled'] === true, deleted: false },
    ...{ source, updated: new Date(updatedMs).toISOString() },
    ...(cases !== undefined && isList(cases) ? { testCases: cases.map(presentCase) } : {}),
  }
  return encodeValue({ ...given, ...own })
}

function presentCase(given: Value): Value {
  return isMap(given) && mapGet(given, 'disabled') === undefined
    ? mapFrom([...mapEntries(given), ['disabled', false]])
    : given
}

const DISABLED_LINE = /^disabled[ \t]*:.*$/m

export async function switchSuite(
  key: TestSuiteKey,
  isDisabled: boolean,
  dependencies: HttpDependencies,
): Promise<boolean> {
  const row = await dependencies.store.read.findTestSuite(key)
  if (!row || suiteOf(row, dependencies)?.disabled === isDisabled) return false
  const { source } = row
  const line = `disabled: ${isDisabled}`
  const text = DISABLED_LINE.test(source) ? source.replace(DISABLED_LINE, line) : `${source.trimEnd()}\n${line}\n`
  await saveSuite(text, key, dependencies)
  return true
}
