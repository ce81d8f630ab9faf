// Runs a suite against the flows as they are saved: the one under test, and those that it may call. The result is kept.
import { calledFlows, encodeValue, trust, type Flow, type Value } from '@batuta/core'
import type { SuiteResult, TestDocument } from '../../rehearsal/rehearse.ts'
import type { FlowKey, TestResultRow, TestSuiteRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { RequestError } from '../request-error.ts'
import { inRehearsal } from './in-rehearsal.ts'

const FLOWS_MAX = 100
export async function runSuite(
  row: TestSuiteRow,
  caseIds: readonly string[] | undefined,
  dependencies: HttpDependencies,
): Promise<TestResultRow> {
  const { platform, store } = dependencies
  return await inRehearsal(async () => {
    const startedMs = platform.nowMs()
    const result = await play(row, { caseIds }, dependencies)
    const { tenant, namespace, id: suiteId, flowId } = row
    const id = dependencies.newId()
    const state = stateOf(result)
    const dates = { startDate: isoOf(startedMs), endDate: isoOf(platform.nowMs()) }
    const document = { id, testSuiteId: suiteId, namespace, flowId, state, ...dates, ...present(result) }
    // What assertions found are values, wider than JSON's.
    const body = encodeValue(trust<Value>(document))
    const stored = { tenant, id, namespace, suiteId, flowId, state, startedMs, body }
    await store.perform('saveTestResult', stored)
    return stored
  })
}

/** Against a flow that is not saved yet; nothing is kept of it. */
export async function trySuite(
  row: TestSuiteRow,
  flow: NonNullable<Played['flow']>,
  dependencies: HttpDependencies,
): Promise<SuiteResult> {
  return await inRehearsal(() => play(row, { flow }, dependencies))
}

interface Played {
  readonly caseIds?: readonly string[] | undefined
  /** In the place of the one that is saved. */
  readonly flow?: { readonly source: string; readonly flow: Flow }
}

async function play(
  row: TestSuiteRow,
  { caseIds, flow }: Played,
  dependencies: HttpDependencies,
): Promise<SuiteResult> {
  const { rehearse } = dependencies
  const name = { file: row.id, id: row.id, namespace: row.namespace, flowId: row.flowId, cases: [] }
  if (!rehearse) throw new RequestError(501, 'tests-unavailable', 'This server runs no tests.')
  const flows = await sourcesOf(row, flow, dependencies)
  const documents = [{ file: row.id, source: row.source, linesBefore: 0 }, ...flows]
  const [result] = await rehearse({ documents, isIsolated: false, ...(caseIds && { caseIds: new Set(caseIds) }) })
  return result ?? { ...name, problems: [`The suite "${row.id}" cannot be read.`] }
}

/** The flow under test, and all that it may call. */
async function sourcesOf(
  { tenant, namespace, flowId }: TestSuiteRow,
  unsaved: Played['flow'],
  { flows, store }: HttpDependencies,
): Promise<readonly TestDocument[]> {
  const found = new Map<string, TestDocument>()
  const queue: FlowKey[] = unsaved ? calledBy(unsaved.flow, tenant) : [{ tenant, namespace, flowId }]
  if (unsaved) found.set(`${namespace}.${flowId}`, { file: flowId, source: unsaved.source, linesBefore: 0 })
  for (let key = queue.pop(); key !== undefined && found.size < FLOWS_MAX; key = queue.pop()) {
    const name = `${key.namespace}.${key.flowId}`
    const row = found.has(name) ? undefined : await store.read.findFlow(key)
    const flow = flows.flowOf(key)
    if (!row || !flow) continue
    found.set(name, { file: name, source: row.source, linesBefore: 0 })
    queue.push(...calledBy(flow, tenant))
  }
  return [...found.values()]
}

function calledBy(flow: Flow, tenant: string): FlowKey[] {
  return calledFlows(flow).map(({ namespace, id }) => ({ tenant, namespace, flowId: id }))
}

function stateOf({ problems, cases }: SuiteResult): string {
  const has = (state: string): boolean => cases.some(each => each.state === state)
  if (problems.length > 0 || has('ERROR')) return 'ERROR'
  if (has('FAILED')) return 'FAILED'
  return cases.length > 0 && cases.every(each => each.state === 'SKIPPED') ? 'SKIPPED' : 'SUCCESS'
}

function present({ problems, cases }: SuiteResult): object {
  return {
    results: cases.map(({ id, state, executionState, durationMs, assertions, errors, logs, tasks }) => ({
      testId: id,
      testType: 'io.kestra.core.tests.flow.UnitTest',
      state,
      ...(executionState === undefined ? {} : { executionState }),
      duration: `PT${durationMs / 1000}S`,
      assertionResults: assertions,
      errors: errors.map(message => ({ message })),
      logs,
      ...(tasks === undefined ? {} : { tasks }),
    })),
    errors: problems.map(message => ({ message })),
  }
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}
