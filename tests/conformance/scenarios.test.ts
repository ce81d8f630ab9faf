import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MISSING, playScenarios, strikeOff, type Golden, type StoreKind } from './scenarios.ts'

const GOLDENS: readonly Golden[] = ['kestra-1.3', 'kestra-2.0']
const STORE: StoreKind = process.env['BATUTA_TEST_STORE'] === 'postgres' ? 'postgres' : 'sqlite'

for (const golden of GOLDENS) {
  test(`scenarios recorded as ${golden} end as they ended there, on ${STORE}`, { skip: MISSING }, async t => {
    const { passed, failures, mended, doctor } = await playScenarios(golden, STORE)
    t.diagnostic(`${passed} passed`)
    if (process.env['BATUTA_STRIKE_OFF'] === '1') strikeOff(golden, mended)
    assert.deepEqual(failures, [])
    assert.deepEqual(mended, [], 'these are mended: take them off open.json')
    assert.ok(doctor.isSound, doctor.report)
  })

  test(`scenarios of our own end as specified, as ${golden}, on ${STORE}`, { skip: MISSING }, async t => {
    const { passed, failures, doctor } = await playScenarios(golden, STORE, { isOwn: true })
    t.diagnostic(`${passed} passed`)
    assert.deepEqual(failures, [])
    assert.ok(passed > 50, `only ${passed} were played`)
    assert.ok(doctor.isSound, doctor.report)
  })
}
