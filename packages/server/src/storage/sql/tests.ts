// Suites of flow tests and their results, for both SQL databases.
import { TEST_RESULTS_MAX, type Reads, type TestResultQuery, type TestResultRow, type TestSuiteRow } from '../store.ts'
import type { Param, Performers } from './perform.ts'
import { number, text, type SqlRow } from './rows.ts'
import { scopeCondition } from './scope-condition.ts'
import { of, run, type Statement } from './statement.ts'
import type { Condition } from './walk.sql.ts'
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
  const allOf = ({ text: statement, values }: Statement): Promise<readonly SqlRow[]> => all(statement, ...values)
  return {
    findTestSuite: async ({ tenant, namespace, id }) =>
      (await all(sql.FIND_SUITE, tenant, namespace, id)).map(suiteOf)[0],
    listTestSuites: async tenant => (await all(sql.LIST_SUITES, tenant)).map(suiteOf),
    findTestResult: async (tenant, id) => (await all(sql.FIND_RESULT, tenant, id)).map(resultOf)[0],
    listTestResults: async query => (await allOf(listOf(query))).map(resultOf),
    countTestResults: async query => {
      const [row] = await allOf(of(sql.COUNT_RESULTS, conditionOf(query)))
      return row ? number(row, 'count') : 0
    },
  }
}

function listOf(query: TestResultQuery): Statement {
  const { text: where, values } = conditionOf(query)
  return of(sql.LIST_RESULTS, { text: where, values: [...values, query.limit, query.offset ?? 0] })
}

function conditionOf({ tenant, namespace, suiteId, flowId, scope }: Omit<TestResultQuery, 'limit'>): Condition {
  const is = (column: string, value: string | undefined): readonly Condition[] =>
    value === undefined || value === '' ? [] : [{ text: `${column} = ?`, values: [value] }]
  const conditions = [
    ...is('tenant', tenant),
    ...is('namespace', namespace),
    ...is('suite_id', suiteId),
    ...is('flow_id', flowId),
    ...scopeCondition('namespace', scope),
  ]
  return { text: conditions.map(one => one.text).join(' and '), values: conditions.flatMap(one => one.values) }
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
