// Suites of flow tests and their results.
import { isInScope } from '@batuta/core'
import {
  TEST_RESULTS_MAX,
  type Reads,
  type TestResultQuery,
  type TestResultRow,
  type TestSuiteKey,
  type TestSuiteRow,
} from '../store.ts'
import type { Performers } from './perform.ts'
import type { Tables } from './tables.ts'

export const TEST_PERFORMERS: Pick<Performers, 'saveTestSuite' | 'deleteTestSuite' | 'saveTestResult'> = {
  saveTestSuite: (tables, row) => {
    tables.testSuites.set(suiteKeyOf(row), row)
    return null
  },
  deleteTestSuite: (tables, key) => {
    for (const row of resultsOf(tables, { ...key, suiteId: key.id })) tables.testResults.delete(resultKeyOf(row))
    return tables.testSuites.delete(suiteKeyOf(key))
  },
  saveTestResult: (tables, row) => {
    tables.testResults.set(resultKeyOf(row), row)
    for (const old of resultsOf(tables, row).slice(TEST_RESULTS_MAX)) tables.testResults.delete(resultKeyOf(old))
    return null
  },
}

type TestReads = Pick<
  Reads,
  'findTestSuite' | 'listTestSuites' | 'findTestResult' | 'listTestResults' | 'countTestResults'
>

export function testReads(tables: Tables): TestReads {
  return {
    findTestSuite: async key => tables.testSuites.get(suiteKeyOf(key)),
    listTestSuites: async tenant =>
      [...tables.testSuites.values()].filter(row => row.tenant === tenant).sort(compareSuites),
    findTestResult: async (tenant, id) => tables.testResults.get(resultKeyOf({ tenant, id })),
    listTestResults: async ({ limit, offset = 0, ...query }) => resultsOf(tables, query).slice(offset, offset + limit),
    countTestResults: async query => resultsOf(tables, query).length,
  }
}

/** The latest first. */
function resultsOf(
  tables: Tables,
  { tenant, namespace, suiteId, flowId, scope }: Omit<TestResultQuery, 'limit' | 'offset'>,
): readonly TestResultRow[] {
  return [...tables.testResults.values()]
    .filter(row => row.tenant === tenant && (namespace === undefined || row.namespace === namespace))
    .filter(
      row => (suiteId === undefined || row.suiteId === suiteId) && (flowId === undefined || row.flowId === flowId),
    )
    .filter(row => scope === undefined || isInScope(scope, row.namespace))
    .sort((left, right) => (left.id < right.id ? 1 : -1))
}

function compareSuites(left: TestSuiteRow, right: TestSuiteRow): number {
  if (left.namespace !== right.namespace) return left.namespace < right.namespace ? -1 : 1
  return left.id < right.id ? -1 : 1
}

function suiteKeyOf({ tenant, namespace, id }: TestSuiteKey): string {
  return `${tenant}/${namespace}/${id}`
}

function resultKeyOf({ tenant, id }: Pick<TestResultRow, 'tenant' | 'id'>): string {
  return `${tenant}/${id}`
}
