import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filesOf, runType } from '../testing/run-type.ts'

test('a script gives outputs and files, with the library at hand', async t => {
  const result = await runType(t, 'node.Script', {
    outputFiles: ['*.json', '*.js'],
    script: [
      "const Kestra = require('@kestra-io/libs')",
      "require('node:fs').writeFileSync('out.json', '{}')",
      'Kestra.outputs({ sum: {{ 1 + 2 }}, nested: { a: [1] } })',
      "Kestra.counter('rows', 2)",
      "Kestra.timer('took', 1.5)",
      "Kestra.logger().warn('careful')",
    ].join('\n'),
  })

  assert.equal(result.state, 'SUCCESS', `${result.message} ${result.lines.join('\n')}`)
  assert.deepEqual(result.outputs['vars'], { sum: 3, nested: { a: [1] } })
  assert.deepEqual(
    result.metrics.map(({ name, value }) => [name, value]),
    [
      ['rows', 2],
      ['took', 1500],
    ],
  )
  assert.deepEqual(result.lines, ['WARN careful'])
  assert.deepEqual(Object.keys(filesOf(result)), ['out.json'])
})

test('a script that throws fails with its exit code and its error in the log', async t => {
  const result = await runType(t, 'node.Script', { script: "throw new Error('broken')" })

  assert.equal(result.outputs['exitCode'], 1)
  assert.match(result.lines.join('\n'), /ERROR Error: broken/)
})

test('commands run files', async t => {
  const result = await runType(t, 'node.Commands', {
    inputFiles: { 'main.mjs': 'console.log(process.argv.length)' },
    commands: ['node main.mjs a b'],
  })
  const failed = await runType(t, 'node.Commands', { commands: ['node nowhere.js'] })

  assert.deepEqual(result.lines, ['INFO 4'])
  assert.equal(failed.state, 'FAILED')
})
