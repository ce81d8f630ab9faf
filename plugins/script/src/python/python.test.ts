import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { runTask } from '@batuta/plugin-sdk'
import { filesOf, openRun, runType } from '../testing/run-type.ts'
import { pythonScript } from './python-tasks.ts'

test('a script gives outputs through the library and knows rendered JSON', async t => {
  const result = await runType(
    t,
    'python.Script',
    {
      script: [
        'from __future__ import annotations',
        'import sys',
        'from kestra import Kestra',
        'data = {{ inputs.data | toJson }}',
        'Kestra.outputs({"a": data["a"], "none": data["a"][2] is None, "args": len(sys.argv), "main": __name__})',
        'Kestra.counter("rows", 3, {"k": "v"})',
        'Kestra.timer("took", lambda: None)',
        'Kestra.logger().warning("careful")',
        'null is None and print(true, false)',
      ].join('\n'),
    },
    { variables: { inputs: { data: { a: [1, true, null] } } } },
  )

  assert.equal(result.state, 'SUCCESS', `${result.message} ${result.lines.join('\n')}`)
  assert.deepEqual(result.outputs['vars'], { a: [1, true, null], none: true, args: 1, main: '__main__' })
  assert.deepEqual(
    result.metrics.map(({ name, type }) => [name, type]),
    [
      ['rows', 'counter'],
      ['took', 'timer'],
    ],
  )
  assert.deepEqual(result.lines, ['WARN careful', 'INFO True False'])
})

test('a traceback names the line of the script, and modules beside it are found', async t => {
  const result = await runType(t, 'python.Script', {
    inputFiles: { 'helper.py': 'def half(n):\n    return n / 0\n' },
    script: 'import helper\n\nhelper.half(3)\n',
  })

  assert.equal(result.outputs['exitCode'], 1)
  assert.match(result.lines.join('\n'), /\.py", line 3, in <module>\nERROR +helper\.half\(3\)/)
  assert.match(result.lines.join('\n'), /ZeroDivisionError/)
})

test('the published pattern: a storage file in, a file of outputDir out', async t => {
  const run = await openRun(t)
  const uri = await run.ctx.files.put('{"id":1,"name":"x, y"}\n{"id":2,"name":"z"}\n', { extension: '.ion' })
  const script = [
    'import csv',
    `rows = list(csv.reader(open('${uri}')))`,
    "with open('{{ outputDir }}/transformed.csv', 'w') as f:",
    '    csv.writer(f).writerows(rows)',
  ].join('\n')

  const result = await runTask(pythonScript, { script }, run)

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(Object.keys(filesOf(result)), ['transformed.csv'])
})

test('commands run files, and the script itself is no output', async t => {
  const commands = await runType(t, 'python.Commands', {
    inputFiles: { 'main.py': 'from kestra import Kestra\nKestra.outputs({"x": 1})' },
    commands: ['python3 main.py'],
  })
  const script = await runType(t, 'python.Script', {
    outputFiles: ['**/*.py', '*.txt'],
    script: "open('a.txt', 'w').write('a')",
  })

  assert.deepEqual(commands.outputs['vars'], { x: 1 }, commands.message)
  assert.deepEqual(Object.keys(filesOf(script)), ['a.txt'])
})

test('commands before the script may activate an environment', async t => {
  const result = await runType(t, 'python.Script', {
    beforeCommands: ['python3 -m venv --without-pip env', '. env/bin/activate'],
    script: 'import sys; print(sys.prefix != sys.base_prefix)',
  })

  assert.deepEqual(result.lines, ['INFO True'], result.message)
})

test('dependencies are installed once, also when several tasks need them at once, and found again', async t => {
  const { wheel, cacheDir } = await makeWheel(t)
  const run = (): ReturnType<typeof runType> =>
    runType(
      t,
      'python.Script',
      { dependencies: [wheel], packageManager: 'PIP', script: 'import demo_batuta; print(demo_batuta.ANSWER)' },
      { cacheDir },
    )

  const cold = await Promise.all([run(), run(), run()])
  const warm = await run()

  for (const result of [...cold, warm]) assert.equal(result.lines.at(-1), 'INFO 42', result.message)
  const installs = cold.filter(result => result.lines.some(line => line.startsWith('DEBUG installing')))
  assert.equal(installs.length, 1)
  assert.deepEqual(
    warm.metrics.map(metric => metric.name),
    ['deps.cache.download.duration'],
  )
  assert.equal((await readdir(join(cacheDir, 'python'))).length, 1)
})

test('dependencies that are not kept go with the task, and those that do not exist fail it', async t => {
  const { wheel, cacheDir } = await makeWheel(t)

  const own = await runType(
    t,
    'python.Script',
    { dependencies: [wheel], dependencyCacheEnabled: false, script: 'import demo_batuta; print(demo_batuta.ANSWER)' },
    { cacheDir },
  )
  const wrong = await runType(
    t,
    'python.Script',
    { dependencies: ['./nowhere-1.0-py3-none-any.whl'], script: 'pass' },
    { cacheDir },
  )
  const option = await runType(t, 'python.Script', { dependencies: ['--help'], script: 'pass' }, { cacheDir })

  assert.equal(own.lines.at(-1), 'INFO 42', own.message)
  assert.match(wrong.message ?? '', /the dependencies .*nowhere.* cannot be installed:\n/)
  assert.equal(option.state, 'FAILED')
  assert.deepEqual(await readdir(join(cacheDir, 'python')).catch(() => []), [])
})

test('a worker without Python says so', async t => {
  const result = await runType(t, 'python.Script', { env: { PATH: '/nonexistent' }, script: 'pass' })

  assert.match(result.message ?? '', /neither python3 nor python is on the PATH/)
})

/** A package in a wheel made by hand: nothing is built and nothing fetched. */
async function makeWheel(t: TestContext): Promise<{ readonly wheel: string; readonly cacheDir: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'batuta-wheel-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const wheel = join(folder, 'demo_batuta-1.0-py3-none-any.whl')
  const info = 'demo_batuta-1.0.dist-info'
  const script = [
    'import sys, zipfile',
    'z = zipfile.ZipFile(sys.argv[1], "w")',
    'z.writestr("demo_batuta.py", "ANSWER = 42\\n")',
    `z.writestr("${info}/METADATA", "Metadata-Version: 2.1\\nName: demo-batuta\\nVersion: 1.0\\n")`,
    `z.writestr("${info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")`,
    `z.writestr("${info}/RECORD", "demo_batuta.py,,\\n${info}/METADATA,,\\n${info}/WHEEL,,\\n${info}/RECORD,,\\n")`,
    'z.close()',
  ].join('\n')
  await writeFile(join(folder, 'make.py'), script)
  execFileSync('python3', [join(folder, 'make.py'), wheel])
  return { wheel, cacheDir: join(folder, 'cache') }
}
