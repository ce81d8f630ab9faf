// Suites of flow tests: saved by name, their results kept with them, the latest ones only.
import assert from 'node:assert/strict'
import { TEST_RESULTS_MAX, type TestResultRow, type TestSuiteRow } from '../store.ts'
import { NOW_MS, TENANT, storeCase, type StoreSubject } from './subject.ts'

const SUITE: TestSuiteRow = {
  ...{ tenant: TENANT, namespace: 'company.team', id: 'suite' },
  ...{ flowId: 'hello', source: 'id: suite', updatedMs: NOW_MS },
}

function result(id: string, more: Partial<TestResultRow> = {}): TestResultRow {
  return {
    ...{ tenant: TENANT, id, namespace: SUITE.namespace, suiteId: SUITE.id, flowId: SUITE.flowId },
    ...{ state: 'SUCCESS', startedMs: NOW_MS, body: '{"a":1}' },
    ...more,
  }
}

export function testContract(subject: StoreSubject): void {
  storeCase(subject, 'a suite of tests is saved, changed, listed and deleted', async ({ store }) => {
    const changed = { ...SUITE, flowId: 'other', source: 'new', updatedMs: NOW_MS + 1 }
    await store.perform('saveTestSuite', SUITE)
    await store.perform('saveTestSuite', { ...SUITE, namespace: 'company' })
    await store.perform('saveTestSuite', changed)

    assert.deepEqual(await store.read.findTestSuite(SUITE), changed)
    assert.equal(await store.read.findTestSuite({ ...SUITE, id: 'none' }), undefined)
    assert.deepEqual(
      (await store.read.listTestSuites(TENANT)).map(({ namespace }) => namespace),
      ['company', 'company.team'],
    )
    assert.deepEqual(await store.read.listTestSuites('guest'), [])
    assert.equal(await store.perform('deleteTestSuite', SUITE), true)
    assert.equal(await store.perform('deleteTestSuite', SUITE), false)
    assert.equal(await store.read.findTestSuite(SUITE), undefined)
  })

  storeCase(subject, 'results are found by id, listed the latest first, and go with their suite', async ({ store }) => {
    await store.perform('saveTestSuite', SUITE)
    await store.perform('saveTestResult', result('a'))
    await store.perform('saveTestResult', result('b', { state: 'FAILED' }))
    await store.perform('saveTestResult', result('c', { suiteId: 'other', flowId: 'else' }))

    const { tenant } = SUITE
    const idsOf = async (more: object): Promise<readonly string[]> =>
      (await store.read.listTestResults({ tenant, limit: 10, ...more })).map(({ id }) => id)
    assert.deepEqual(await store.read.findTestResult(tenant, 'b'), result('b', { state: 'FAILED' }))
    assert.equal(await store.read.findTestResult(tenant, 'z'), undefined)
    assert.deepEqual(await idsOf({}), ['c', 'b', 'a'])
    assert.deepEqual(await idsOf({ suiteId: 'suite', namespace: SUITE.namespace }), ['b', 'a'])
    assert.deepEqual(await idsOf({ flowId: 'else' }), ['c'])
    assert.deepEqual(await idsOf({ limit: 1, offset: 1 }), ['b'])
    assert.equal(await store.read.countTestResults({ tenant, suiteId: 'suite' }), 2)

    await store.perform('deleteTestSuite', SUITE)

    assert.deepEqual(await idsOf({}), ['c'])
  })

  storeCase(subject, 'of one suite the latest results are kept', async ({ store }) => {
    await store.perform('saveTestResult', result('0', { suiteId: 'other' }))
    for (let index = 0; index <= TEST_RESULTS_MAX; index++)
      await store.perform('saveTestResult', result(`r${String(index).padStart(4, '0')}`))

    const { tenant } = SUITE
    assert.equal(await store.read.countTestResults({ tenant, suiteId: 'suite' }), TEST_RESULTS_MAX)
    assert.equal(await store.read.findTestResult(tenant, 'r0000'), undefined)
    assert.equal(await store.read.countTestResults({ tenant }), TEST_RESULTS_MAX + 1)
  })
}
