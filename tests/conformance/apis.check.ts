// npm run conformance:apis: the recorded scenarios in the paths and forms of each line of Kestra. Those of 1.3 and 2.0 are part of `npm test`;
// beside them here those of 0.20, in which the scenarios of 1.3 are played.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MISSING, playScenarios, type Api, type Golden } from './scenarios.ts'

const PLAYED: readonly (readonly [Golden, Api])[] = [
  ['kestra-1.3', 'a'],
  ['kestra-1.3', 'b'],
  ['kestra-2.0', 'c'],
]

for (const [golden, api] of PLAYED)
  test(
    `scenarios recorded as ${golden} end as they ended there, in the paths of dialect ${api}`,
    { skip: MISSING },
    async t => {
      const { passed, failures } = await playScenarios(golden, 'sqlite', { api })
      t.diagnostic(`${passed} passed`)
      assert.deepEqual(failures, [])
    },
  )
