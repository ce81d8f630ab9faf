import type { TestResultRow, TestSuiteKey, TestSuiteRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { reportFlow } from '../flows/report-flow.ts'
import { empty, json, jsonText, pageText } from '../reply.ts'
import { notFound, unprocessable } from '../request-error.ts'
import { recordExecution } from './record-execution.ts'
import { runSuite } from './run-suite.ts'
import { getSuite, judgeSuite, presentSuite, saveSuite, suiteOf, switchSuite } from './suites.ts'

type All = Handlers<'tests'>

const SUITES_MAX = 200

export function testHandlers(dependencies: HttpDependencies): All {
  return { ...suiteHandlers(dependencies), ...bulkHandlers(dependencies), ...runHandlers(dependencies) }
}

interface Named {
  readonly namespace: string
  readonly id: string
}

function keyOf({ namespace, id }: Named, { config }: HttpDependencies): TestSuiteKey {
  return { tenant: config.tenant, namespace, id }
}

interface Wanted {
  readonly namespace?: string
  readonly flowId?: string
  readonly includeChildNamespaces?: boolean
}

async function findSuites(
  { namespace, flowId, includeChildNamespaces = true }: Wanted,
  { store, config }: HttpDependencies,
): Promise<readonly TestSuiteRow[]> {
  const isWithin = (name: string): boolean =>
    namespace === undefined || name === namespace || (includeChildNamespaces && name.startsWith(`${namespace}.`))
  const rows = await store.read.listTestSuites(config.tenant)
  return rows.filter(row => isWithin(row.namespace) && (flowId === undefined || row.flowId === flowId))
}

type Suites = 'create' | 'get' | 'update' | 'delete' | 'search' | 'validate' | 'record'

function suiteHandlers(dependencies: HttpDependencies): Pick<All, Suites> {
  const { store } = dependencies
  return {
    create: async ({ body }) => {
      const { suite } = judgeSuite(body, dependencies)
      const known = suite && (await store.read.findTestSuite(keyOf(suite, dependencies)))
      if (known) throw unprocessable('test-exists', `Invalid entity: test.id: The suite "${known.id}" already exists.`)
      return jsonText(presentSuite(await saveSuite(body, {}, dependencies)))
    },
    get: async ({ params }) => jsonText(presentSuite(await getSuite(keyOf(params, dependencies), dependencies))),
    update: async ({ params, body }) => {
      const { tenant: _tenant, ...key } = await getSuite(keyOf(params, dependencies), dependencies)
      return jsonText(presentSuite(await saveSuite(body, { namespace: key.namespace, id: key.id }, dependencies)))
    },
    delete: async ({ params }) => {
      if (!(await store.perform('deleteTestSuite', keyOf(params, dependencies))))
        throw notFound(`The test suite "${params.namespace}.${params.id}"`)
      return empty(200)
    },
    search: async ({ query: { page = 1, size = 10, ...wanted } }) => {
      const found = await findSuites(wanted, dependencies)
      return pageText(found.slice((page - 1) * size, page * size).map(presentSuite), found.length)
    },
    record: async ({ params }) => json({ source: await recordExecution(params.executionId, dependencies) }),
    validate: ({ body }) => json(reportFlow(body, 0, { diagnostics: judgeSuite(body, dependencies).diagnostics })),
  }
}

function bulkHandlers(dependencies: HttpDependencies): Pick<All, 'deleteByIds' | 'disableByIds' | 'enableByIds'> {
  const each = async (ids: readonly Named[], act: (key: TestSuiteKey) => Promise<boolean>): Promise<number> => {
    let count = 0
    for (const named of ids) if (await act(keyOf(named, dependencies))) count += 1
    return count
  }
  const remove = (key: TestSuiteKey): Promise<boolean> => dependencies.store.perform('deleteTestSuite', key)
  return {
    deleteByIds: async ({ body }) => json({ count: await each(body.ids, remove) }),
    disableByIds: async ({ body }) =>
      json({ count: await each(body.ids, key => switchSuite(key, true, dependencies)) }),
    enableByIds: async ({ body }) =>
      json({ count: await each(body.ids, key => switchSuite(key, false, dependencies)) }),
  }
}

type Runs = 'run' | 'runMany' | 'result' | 'searchResults' | 'lastResults'

function runHandlers(dependencies: HttpDependencies): Pick<All, Runs> {
  const { store, config } = dependencies
  const { tenant } = config
  return {
    run: async ({ params, body: { testCases } }) => {
      const row = await getSuite(keyOf(params, dependencies), dependencies)
      const known = new Set(suiteOf(row, dependencies)?.testCases.map(({ id }) => id))
      const unknown = testCases?.find(id => !known.has(id))
      if (unknown !== undefined)
        throw unprocessable('case-unknown', `The suite "${row.id}" has no test case "${unknown}".`)
      return jsonText((await runSuite(row, testCases, dependencies)).body)
    },
    runMany: async ({ body }) => {
      const found = (await findSuites(body, dependencies)).filter(row => suiteOf(row, dependencies)?.disabled !== true)
      if (found.length > SUITES_MAX)
        throw unprocessable('too-many-suites', `${found.length} suites match; at most ${SUITES_MAX} are run at once.`)
      const results: TestResultRow[] = []
      for (const row of found) results.push(await runSuite(row, undefined, dependencies))
      const cases = found.reduce((sum, row) => sum + (suiteOf(row, dependencies)?.testCases.length ?? 0), 0)
      const counts = `"numberOfTestSuitesToBeRun":${found.length},"numberOfTestCasesToBeRun":${cases}`
      return jsonText(`{${counts},"results":[${results.map(row => row.body).join(',')}]}`)
    },
    result: async ({ params: { id } }) => {
      const row = await store.read.findTestResult(tenant, id)
      if (!row) throw notFound(`The test result "${id}"`)
      return jsonText(row.body)
    },
    searchResults: async ({ query: { page = 1, size = 10, testSuiteId, namespace, flowId } }) => {
      const query = {
        tenant,
        ...(testSuiteId === undefined ? {} : { suiteId: testSuiteId }),
        ...(namespace === undefined ? {} : { namespace }),
        ...(flowId === undefined ? {} : { flowId }),
      }
      const rows = await store.read.listTestResults({ ...query, limit: size, offset: (page - 1) * size })
      return pageText(
        rows.map(row => row.body),
        await store.read.countTestResults(query),
      )
    },
    lastResults: async ({ body }) => {
      const results: string[] = []
      for (const { namespace, id } of body.testSuiteIds) {
        const [last] = await store.read.listTestResults({ tenant, namespace, suiteId: id, limit: 1 })
        if (last) results.push(last.body)
      }
      return jsonText(`{"results":[${results.join(',')}]}`)
    },
  }
}
