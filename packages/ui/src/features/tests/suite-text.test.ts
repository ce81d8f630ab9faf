import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSuiteOf, withFlag } from './suite-text.ts'

test('a new suite gives what the flow asks for and has no default for', () => {
  const text = newSuiteOf({
    namespace: 'a.b',
    id: 'f',
    inputs: [
      { id: 'who', type: 'STRING' },
      { id: 'n', type: 'INT', defaults: 1 },
    ],
  })

  assert.match(text, /^id: f-test\nnamespace: a\.b\nflowId: f\n/)
  assert.match(text, /fixtures:\n {6}inputs:\n {8}who: # STRING\n {4}assertions/)
  assert.doesNotMatch(text, / n:/)
})

test('a flag is set once and taken away again', () => {
  const on = withFlag('id: a\nrequired: false\ntestCases: []\n', 'required', true)

  assert.equal(on, 'id: a\ntestCases: []\nrequired: true\n')
  assert.equal(withFlag(on, 'required', false), 'id: a\ntestCases: []\n')
})
