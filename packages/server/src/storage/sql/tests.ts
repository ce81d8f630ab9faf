// Suites of flow tests and their results, for both SQL databases.
import { TEST_RESULTS_MAX, type Reads, type TestResultQuery, type TestResultRow, type TestSuiteRow } from '../store.ts'
import type { Param, Performers } from './perform.ts'
import { number, text, type SqlRow } from './rows.ts'
import { run } from './statement.ts'
import * as sql from './tests.sql.ts'

export const TEST_PERFORMERS: Pick<Performers, 'saveTestSuite' | 'deleteTestSuite' | 'saveTestResult'> = {
  *saveTestSuite({ tenant, namespace, id, flowId, source, updatedMs }) {
    yield run(sql.UPSERT_SUITE, tenant, namespace, id, flowId, source, updatedMs)
    return null
  },
  *deleteTestSuite({ tenant, namespace, id }) {
    yield run(sql.DELETE_RESULTS, tenant, namespace, id)
    return (yield run(sql.DELETE_SUITE, tenant, namespace, id)).length === 1
  },
  *saveTestResult({ tenant, id, namespace, suiteId, flowId, state, startedMs, body }) {
    yield run(sql.INSERT_RESULT, tenant, id, namespace, suiteId, flowId, state, startedMs, body)
    yield run(sql.TRIM_RESULTS, tenant, namespace, suiteId, TEST_RESULTS_MAX)
    return null
  },
}

type TestReads = Pick<
  Reads,
  'findTestSuite' | 'listTestSuites' | 'findTestResult' | 'listTestResults' | 'countTestResults'
>

export function testReads(all: (statement: string, ...values: Param[]) => Promise<readonly SqlRow[]>): TestReads {
  return {
    findTestSuite: async ({ tenant, namespace, id }) =>
      (await all(sql.FIND_SUITE, tenant, namespace, id)).map(suiteOf)[0],
    listTestSuites: async tenant => (await all(sql.LIST_SUITES, tenant)).map(suiteOf),
    findTestResult: async (tenant, id) => (await all(sql.FIND_RESULT, tenant, id)).map(resultOf)[0],
    listTestResults: async query =>
      (await all(sql.LIST_RESULTS, ...paramsOf(query), query.limit, query.offset ?? 0)).map(resultOf),
    countTestResults: async query => {
      const [row] = await all(sql.COUNT_RESULTS, ...paramsOf(query))
      return row ? number(row, 'count') : 0
    },
  }
}

function paramsOf({
  tenant,
  namespace = '',
  suiteId = '',
  flowId = '',
}: Omit<TestResultQuery, 'limit'>): readonly [string, string, string, string] {
  return [tenant, namespace, suiteId, flowId]
}

function suiteOf(row: SqlRow): TestSuiteRow {
  return {
    tenant: text(row, 'tenant'),
    namespace: text(row, 'namespace'),
    id: text(row, 'id'),
    flowId: text(row, 'flow_id'),
    source: text(row, 'source'),
    updatedMs: number(row, 'updated_ms'),
  }
}

function resultOf(row: SqlRow): TestResultRow {
  return {
    tenant: text(row, 'tenant'),
    id: text(row, 'id'),
    namespace: text(row, 'namespace'),
    suiteId: text(row, 'suite_id'),
    flowId: text(row, 'flow_id'),
    state: text(row, 'state'),
    startedMs: number(row, 'started_ms'),
    body: text(row, 'body'),
  }
}
