import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runTask } from '@batuta/plugin-sdk'
import { shellScript } from './shell-tasks.ts'
import { filesOf, openRun, runType } from './testing/run-type.ts'

const PROCESS = { type: 'io.kestra.plugin.core.runner.Process' }

test('a script gives outputs, sees its environment and files, and its files are stored', async t => {
  const result = await runType(t, 'shell.Script', {
    taskRunner: PROCESS,
    env: { GREETING: 'hi {{ 1 + 1 }}' },
    inputFiles: { 'data/in.txt': 'content' },
    outputFiles: ['*.txt'],
    script: 'echo "::{\\"outputs\\":{\\"greeting\\":\\"$GREETING\\",\\"n\\":3}}::"\ncat data/in.txt > result.txt\n',
  })

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.equal(result.outputs['exitCode'], 0)
  assert.deepEqual(result.outputs['vars'], { greeting: 'hi 2', n: 3 })
  assert.deepEqual(Object.keys(filesOf(result)), ['result.txt'])
  assert.equal(await result.run.ctx.files.readText(filesOf(result)['result.txt'] ?? ''), 'content')
})

test('standard error is logged as errors and warns only when it is wanted', async t => {
  const quiet = await runType(t, 'shell.Script', { script: 'echo oops >&2; echo fine' })
  const warned = await runType(t, 'shell.Script', { script: 'echo oops >&2', warningOnStdErr: true })

  assert.deepEqual([quiet.state, warned.state], ['SUCCESS', 'WARNING'])
  assert.deepEqual([...quiet.lines].sort(), ['ERROR oops', 'INFO fine'])
})

test('the first command that fails ends the script, unless failFast is off', async t => {
  const fast = await runType(t, 'shell.Script', { script: 'echo before\nfalse\necho after' })
  const slow = await runType(t, 'shell.Commands', {
    failFast: false,
    commands: ['false', 'echo \'::{"outputs":{"went":"on"}}::\''],
  })
  const code = await runType(t, 'shell.Commands', { commands: ['exit 3'] })

  assert.deepEqual([fast.state, fast.lines, fast.outputs['exitCode']], ['FAILED', ['INFO before'], 1])
  assert.deepEqual([slow.state, slow.outputs['vars']], ['SUCCESS', { went: 'on' }])
  assert.deepEqual([code.message, code.outputs['exitCode']], ['the command failed with exit code 3', 3])
})

test('a script that fails keeps its outputs and files', async t => {
  const result = await runType(t, 'shell.Script', {
    outputFiles: ['**/*.log'],
    script: 'echo \'::{"outputs":{"rows":7}}::\'; mkdir -p a; echo why > a/b.log; kill -9 $$',
  })

  assert.equal(result.message, 'the command failed with exit code 137 (ended by SIGKILL)')
  assert.deepEqual(result.outputs['vars'], { rows: 7 })
  assert.deepEqual(Object.keys(filesOf(result)), ['a/b.log'])
})

test('metrics and log lines come with messages, and broken ones are passed over with a warning', async t => {
  const metrics =
    '{"metrics":[{"name":"rows","type":"counter","value":2,"tags":{"a":"b"}},{"name":"took","type":"timer","value":1.5},{"name":"iso","type":"timer","value":"PT2S"},{"name":"load","type":"gauge","value":0.5},{"name":"bad","value":"x"}]}'
  const result = await runType(t, 'shell.Script', {
    script: `echo '::${metrics}::'\necho '::{"logs":[{"level":"WARN","message":"careful"}]}::'\necho '::{broken}::'\necho 'not ::{"outputs":{}}::'`,
  })

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(
    result.metrics.map(({ name, type, value }) => [name, type, value]),
    [
      ['rows', 'counter', 2],
      ['took', 'timer', 1500],
      ['iso', 'timer', 2000],
      ['load', 'gauge', 0.5],
    ],
  )
  assert.deepEqual(result.metrics[0]?.tags, { a: 'b' })
  assert.match(
    result.lines.join('\n'),
    /^WARN the metric "bad" is passed over[^\n]*\nWARN careful\nWARN a line of outputs is no valid JSON[^\n]*\nINFO not ::\{"outputs":\{\}\}::$/,
  )
})

test('storage files named in a script become local files, and those in outputDir are stored', async t => {
  const run = await openRun(t, { variables: { outputs: { extract: {} } } })
  const uri = await run.ctx.files.put('a,b\n1,2\n', { extension: '.csv' })

  const result = await runTask(
    shellScript,
    {
      beforeCommands: [`wc -l < "${uri}" > {{ outputDir }}/count`],
      script: `cp '${uri}' {{ outputDir }}/copy.csv; test -f {{ workingDir }}/.batuta/out/copy.csv; test "$OUTPUT_DIR" = {{ outputDir }}`,
    },
    run,
  )

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(Object.keys(filesOf(result)), ['copy.csv', 'count'])
  assert.equal(await run.ctx.files.readText(filesOf(result)['copy.csv'] ?? ''), 'a,b\n1,2\n')
})

test('a storage file that is not there fails the script before it starts', async t => {
  const result = await runType(t, 'shell.Script', { script: 'cat kestra:///nowhere/x.csv' })

  assert.match(result.message ?? '', /there is no file "kestra:\/\/\/nowhere\/x.csv"/)
})

test('a link out of the working directory is no output file', async t => {
  const result = await runType(t, 'shell.Script', {
    outputFiles: ['*'],
    script: 'ln -s /etc/passwd stolen; ln -s /etc dir; echo ok > own; ln -s own alias',
  })

  assert.deepEqual(Object.keys(filesOf(result)), ['alias', 'own'])
})

test('another interpreter takes the script', async t => {
  const result = await runType(t, 'shell.Script', {
    interpreter: ['/bin/bash', '-c'],
    script: 'a=(1 2 3); echo ${a[2]}',
  })

  assert.deepEqual(result.lines, ['INFO 3'])
})

test('a script longer than an argument may be is run from a file', async t => {
  const result = await runType(t, 'shell.Script', { script: `# ${'x'.repeat(300_000)}\necho long` })

  assert.deepEqual(result.lines, ['INFO long'], result.message)
})

test('namespace files are copied first', async t => {
  const run = await openRun(t, {
    answer: (name, args) => {
      assert.deepEqual([name, (args as Record<string, unknown>)['include']], ['namespaceFiles', ['*.sql']])
      return { 'queries/a.sql': 'kestra:///test/_files/queries/a.sql' }
    },
  })
  await run.store.put('kestra:///test/_files/queries/a.sql', 'select 1')

  const result = await runTask(
    shellScript,
    { namespaceFiles: { include: ['*.sql'] }, script: 'cat queries/a.sql' },
    run,
  )

  assert.equal(result.logs[0]?.message, 'select 1', result.message)
})

test('input files do not leave the working directory', async t => {
  const outside = await runType(t, 'shell.Script', { inputFiles: { '../../x': 'y' }, script: 'true' })
  const json = await runType(t, 'shell.Script', {
    inputFiles: '{"a.txt": "{{ 1 + 1 }}", "b.txt": null}',
    script: 'cat a.txt; wc -c < b.txt',
  })

  assert.match(outside.message ?? '', /is refused/)
  assert.deepEqual(json.lines, ['INFO 20'])
})

test('a Docker runner that is asked for fails with the way out; older words for Process are understood', async t => {
  const asked = await runType(t, 'shell.Script', {
    taskRunner: { type: 'io.kestra.plugin.scripts.runner.docker.Docker', image: 'x' },
    script: 'true',
  })
  const older = await runType(t, 'shell.Script', { runner: 'DOCKER', docker: { image: 'x' }, script: 'true' })
  const process = await runType(t, 'shell.Script', { runner: 'PROCESS', outputDirectory: true, script: 'true' })
  const image = await runType(t, 'shell.Script', { containerImage: 'ubuntu', script: 'true' })

  for (const result of [asked, older])
    assert.match(
      result.message ?? '',
      /docker\.Docker" is not available here; set `taskRunner: \{ type: io\.kestra\.plugin\.core\.runner\.Process \}`/,
    )
  assert.deepEqual([process.state, image.state], ['SUCCESS', 'SUCCESS'])
})

test('a kill ends the script with all it started', async t => {
  const stop = new AbortController()
  const word = randomUUID()
  const running = runType(
    t,
    'shell.Script',
    { env: { WORD: word }, script: 'setsid sleep 300 & nohup sleep 301 >/dev/null & echo up; sleep 302' },
    { signal: stop.signal },
  )
  while ((await processesWith(word)).length < 4) await sleep(20)

  stop.abort(new Error('killed by the test'))
  const result = await running

  assert.equal(result.message, 'killed by the test')
  assert.deepEqual(await processesWith(word), [])
})

test('outputs that are too large fail the task and say where to put them', async t => {
  const long = (bytes: number): string =>
    `printf '::{"outputs":{"big":"'; head -c ${bytes} /dev/zero | tr '\\0' x; echo '"}}::'`
  const oneLine = await runType(t, 'shell.Script', { script: `echo before; ${long(20_000_000)}; echo after` })
  const manyLines = await runType(t, 'shell.Script', {
    script: `for i in 1 2 3 4 5; do ${long(5_000_000)}; done`,
  })
  const fits = await runType(t, 'shell.Script', { script: long(5_000_000) })

  for (const result of [oneLine, manyLines]) {
    assert.equal(result.state, 'FAILED')
    assert.match(result.message ?? '', /OUTPUT_TOO_LARGE.*\{\{ outputDir \}\}/)
    assert.deepEqual(result.outputs['vars'], {})
  }
  assert.deepEqual(oneLine.lines, ['INFO before', 'INFO after'])
  assert.equal(fits.state, 'SUCCESS')
})

test('a template that cannot be rendered fails the task', async t => {
  const result = await runType(t, 'shell.Script', { script: 'echo {{ ghost }}' })

  assert.match(result.message ?? '', /ghost/)
})

async function processesWith(word: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const id of await readdir('/proc')) {
    if (!/^\d+$/.test(id)) continue
    const environment = await readFile(join('/proc', id, 'environ'), 'latin1').catch(() => '')
    const stat = await readFile(join('/proc', id, 'stat'), 'latin1').catch(() => ') Z')
    if (environment.includes(word) && !/\) [ZX]/.test(stat)) found.push(id)
  }
  return found
}
