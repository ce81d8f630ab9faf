import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemsOfPolicy } from './read-policy-text.ts'

const GOOD = `id: labels
rules:
  - type: Require
    on: FLOW
    properties: [labels.owner]
`

test('a policy that the server would take has no problems', () => {
  assert.deepEqual(problemsOfPolicy(GOOD), [])
})

test('each problem stands where it is in the text', () => {
  const text = `id: labels
enforcement: SOMETIMES
rules:
  - type: Require
    on: FLOW
  - type: Denied
`

  const found = problemsOfPolicy(text).map(({ line, message }) => [line, message.split(':')[0]])

  assert.deepEqual(found, [
    [2, 'enforcement'],
    [4, 'rules[0].properties'],
    [6, 'rules[1].type'],
  ])
})

test('a text that is no YAML says so at its line', () => {
  const [problem] = problemsOfPolicy('id: labels\nrules: [\n')

  assert.equal(problem?.severity, 'error')
  assert.ok((problem?.line ?? 0) >= 2, JSON.stringify(problem))
})

test('an empty text is no policy', () => {
  const [problem] = problemsOfPolicy('')

  assert.match(problem?.message ?? '', /a policy is a map/)
})
