import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseFlowName } from './flow-name.ts'

test('a flow is named with a point or a slash before its id', () => {
  assert.deepEqual(parseFlowName('company.team.hello'), { namespace: 'company.team', id: 'hello' })
  assert.deepEqual(parseFlowName('company.team/hello.world'), { namespace: 'company.team', id: 'hello.world' })
})

test('a name without namespace or id is refused', () => {
  for (const wrong of ['hello', '', '.hello', 'company.', '/hello', 'company/', 'a/b/c']) {
    assert.throws(() => parseFlowName(wrong), /names no flow/)
  }
})
