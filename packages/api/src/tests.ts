// Suites of flow tests: kept, judged and run by the server.
import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { Anything, BulkReply, IdWithNamespace, NoParams, NoQuery, Paging, Violation, pageOf } from './shapes.ts'

const OfSuite = Type.Object({ namespace: Type.String(), id: Type.String() })
const NONE = { type: 'none' } as const
const YAML = { type: 'yaml' } as const

const TestSuite = Type.Object({
  id: Type.String(),
  tenantId: Type.String(),
  namespace: Type.String(),
  flowId: Type.String(),
  description: Type.Optional(Type.String()),
  disabled: Type.Boolean(),
  deleted: Type.Boolean(),
  required: Type.Optional(Type.Boolean({ description: 'The flow is saved only while this suite succeeds.' })),
  testCases: Type.Array(Anything),
  source: Type.String(),
  updated: Type.String(),
})

const TestSuiteRunResult = Type.Object({
  id: Type.String(),
  testSuiteId: Type.String(),
  namespace: Type.String(),
  flowId: Type.String(),
  state: Type.String(),
  startDate: Type.String(),
  endDate: Type.String(),
  results: Type.Array(
    Type.Object({
      testId: Type.String(),
      state: Type.String(),
      executionState: Type.Optional(Type.String()),
      duration: Type.String(),
      assertionResults: Type.Array(Anything),
      errors: Type.Array(Type.Object({ message: Type.String() })),
      logs: Type.Array(Type.String()),
      tasks: Type.Optional(
        Type.Array(Type.Object({ id: Type.String(), state: Type.String() }), {
          description: 'The tasks that the execution came by.',
        }),
      ),
    }),
  ),
  errors: Type.Array(Type.Object({ message: Type.String() })),
})

const OfExecution = Type.Object({ executionId: Type.String() })

const SUITE = { type: 'json', schema: TestSuite } as const
const RESULT = { type: 'json', schema: TestSuiteRunResult } as const
const BULK = { type: 'json', schema: BulkReply } as const
const Suites = Type.Array(IdWithNamespace, { maxItems: 1_000 })
const NAMED = { type: 'json', schema: Type.Object({ ids: Suites }) } as const
const read = { status: 200, permission: 'flow:read' } as const
const write = { status: 200, permission: 'flow:write' } as const
const run = { status: 200, permission: 'execution:create' } as const

export const testRoutes = {
  create: defineRoute({
    ...write,
    method: 'POST',
    paths: ofTenant('/tests'),
    params: NoParams,
    query: NoQuery,
    body: YAML,
    reply: SUITE,
    summary: 'Save a new suite of tests of a flow.',
  }),
  deleteByIds: defineRoute({
    ...write,
    method: 'DELETE',
    paths: ofTenant('/tests/by-ids'),
    params: NoParams,
    query: NoQuery,
    body: NAMED,
    reply: BULK,
    summary: 'Delete suites of tests, with their results.',
  }),
  disableByIds: defineRoute({
    ...write,
    method: 'POST',
    paths: ofTenant('/tests/disable/by-ids'),
    params: NoParams,
    query: NoQuery,
    body: NAMED,
    reply: BULK,
    summary: 'Switch suites of tests off.',
  }),
  enableByIds: defineRoute({
    ...write,
    method: 'POST',
    paths: ofTenant('/tests/enable/by-ids'),
    params: NoParams,
    query: NoQuery,
    body: NAMED,
    reply: BULK,
    summary: 'Switch suites of tests on.',
  }),
  searchResults: defineRoute({
    ...read,
    method: 'GET',
    paths: ofTenant('/tests/results/search'),
    params: NoParams,
    query: Type.Object({
      ...Paging,
      testSuiteId: Type.Optional(Type.String()),
      namespace: Type.Optional(Type.String()),
      flowId: Type.Optional(Type.String()),
    }),
    body: NONE,
    reply: { type: 'json', schema: pageOf(TestSuiteRunResult) },
    summary: 'What runs of suites came to, the latest first.',
  }),
  lastResults: defineRoute({
    ...read,
    method: 'POST',
    paths: ofTenant('/tests/results/search/last'),
    params: NoParams,
    query: NoQuery,
    body: { type: 'json', schema: Type.Object({ testSuiteIds: Suites }) },
    reply: { type: 'json', schema: Type.Object({ results: Type.Array(TestSuiteRunResult) }) },
    summary: 'The last result of each of these suites.',
  }),
  result: defineRoute({
    ...read,
    method: 'GET',
    paths: ofTenant('/tests/results/{id}'),
    params: Type.Object({ id: Type.String() }),
    query: NoQuery,
    body: NONE,
    reply: RESULT,
    refusals: [404],
    summary: 'What one run of a suite came to.',
  }),
  runMany: defineRoute({
    ...run,
    method: 'POST',
    paths: ofTenant('/tests/run'),
    params: NoParams,
    query: NoQuery,
    body: {
      type: 'json',
      schema: Type.Object({
        namespace: Type.Optional(Type.String()),
        includeChildNamespaces: Type.Optional(Type.Boolean()),
        flowId: Type.Optional(Type.String()),
      }),
    },
    reply: {
      type: 'json',
      schema: Type.Object({
        numberOfTestSuitesToBeRun: Type.Integer(),
        numberOfTestCasesToBeRun: Type.Integer(),
        results: Type.Array(TestSuiteRunResult),
      }),
    },
    summary: 'Run the suites of a namespace or a flow.',
  }),
  search: defineRoute({
    ...read,
    method: 'GET',
    paths: ofTenant('/tests/search'),
    params: NoParams,
    query: Type.Object({
      ...Paging,
      namespace: Type.Optional(Type.String()),
      flowId: Type.Optional(Type.String()),
      includeChildNamespaces: Type.Optional(Type.Boolean({ default: true })),
    }),
    body: NONE,
    reply: { type: 'json', schema: pageOf(TestSuite) },
    summary: 'Suites of tests, by namespace and id.',
  }),
  validate: defineRoute({
    ...read,
    method: 'POST',
    paths: ofTenant('/tests/validate'),
    params: NoParams,
    query: NoQuery,
    body: YAML,
    reply: { type: 'json', schema: Violation },
    summary: 'Judge a suite of tests without saving it.',
  }),
  delete: defineRoute({
    ...write,
    method: 'DELETE',
    paths: ofTenant('/tests/{namespace}/{id}'),
    params: OfSuite,
    query: NoQuery,
    body: NONE,
    reply: { type: 'empty' },
    refusals: [404],
    summary: 'Delete a suite of tests, with its results.',
  }),
  get: defineRoute({
    ...read,
    method: 'GET',
    paths: ofTenant('/tests/{namespace}/{id}'),
    params: OfSuite,
    query: NoQuery,
    body: NONE,
    reply: SUITE,
    refusals: [404],
    summary: 'A suite of tests.',
  }),
  update: defineRoute({
    ...write,
    method: 'PUT',
    paths: ofTenant('/tests/{namespace}/{id}'),
    params: OfSuite,
    query: NoQuery,
    body: YAML,
    reply: SUITE,
    refusals: [404],
    summary: 'Save a suite of tests that is there.',
  }),
  record: defineRoute({
    ...read,
    method: 'POST',
    paths: ofTenant('/executions/{executionId}/record-test'),
    params: OfExecution,
    query: NoQuery,
    body: NONE,
    reply: { type: 'json', schema: Type.Object({ source: Type.String() }) },
    refusals: [404],
    summary: 'A suite of tests as an execution went; nothing is saved.',
  }),
  run: defineRoute({
    ...run,
    method: 'POST',
    paths: ofTenant('/tests/{namespace}/{id}/run'),
    params: OfSuite,
    query: NoQuery,
    body: {
      type: 'json',
      schema: Type.Object({ testCases: Type.Optional(Type.Array(Type.String())) }),
      isOptional: true,
    },
    reply: RESULT,
    refusals: [404],
    summary: 'Run a suite, or some of its cases, in memory and in virtual time; answers with the result.',
  }),
}
