import assert from 'node:assert/strict'
import { test } from 'node:test'
import { junitOf } from './junit.ts'

test('results become JUnit XML, with texts that cannot break it', () => {
  const assertion = { operator: 'equalTo', expected: '<a>', actual: 'b\u0000', isSuccess: false } as const
  const rest = { assertions: [], errors: [], logs: [], durationMs: 5 }

  const xml = junitOf([
    {
      file: 'a.yaml',
      id: 's',
      namespace: 'n',
      flowId: 'f',
      problems: [],
      cases: [
        { ...rest, id: 'good', state: 'SUCCESS' },
        { ...rest, id: 'bad', state: 'FAILED', assertions: [assertion] },
        { ...rest, id: 'off', state: 'SKIPPED' },
      ],
    },
    { file: 'b.yaml', id: '', namespace: '', flowId: '', problems: ['b.yaml:1:1: no'], cases: [] },
  ])

  assert.match(
    xml,
    /<testsuite name="s" package="n\.f" file="a\.yaml" tests="3" failures="1" errors="0" skipped="1" time="0\.015">/,
  )
  assert.match(xml, /<failure message="expected equalTo &quot;&lt;a&gt;&quot;, but it is &quot;b\\u0000&quot;">/)
  assert.match(xml, /<testsuite name="b\.yaml".* errors="1"/)
})
