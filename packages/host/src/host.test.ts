import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeValue, type ValueMap } from '@batuta/core'
import type { LogLine } from '@batuta/plugin-sdk'
import { LOG_LINE_CHARS, LOG_WINDOW_CHARS } from './log-shipper.ts'
import { openTestHost, outputsOf, residentBytes } from './testing/test-host.ts'
import type { TestHost } from './testing/test-host.ts'

async function readAll(host: TestHost, uri: string): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of await host.store.open(uri)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** A dead process whose parent has not buried it yet is dead. */
async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => ') Z')
  return !/\) [ZX]/.test(stat)
}

test('a job is rendered, run and settled with outputs, metrics and log', async t => {
  const host = await openTestHost(t)

  const { key, outcome } = host.start('test.Echo', { value: 'hi {{ inputs.name }}' })
  const settled = await outcome

  assert.equal(settled.state, 'SUCCESS')
  assert.deepEqual(outputsOf(settled), { value: 'hi Ada' })
  assert.deepEqual(settled.metrics, [{ name: 'calls', type: 'counter', value: 1, tags: { kind: 'echo' } }])
  assert.deepEqual(
    host.linesOf(key).map(({ level, message, attempt }) => ({ level, message, attempt })),
    [{ level: 'INFO', message: 'echo "hi Ada"', attempt: 0 }],
  )
  assert.ok(settled.endedMs >= settled.startedMs)
})

test('a task may end with a warning or fail with outputs', async t => {
  const host = await openTestHost(t)

  const warned = await host.run('test.Warn')
  const { key, outcome } = host.start('test.Fail')
  const failed = await outcome

  assert.deepEqual([warned.state, outputsOf(warned)], ['WARNING', { n: 1 }])
  assert.deepEqual(
    [failed.state, outputsOf(failed), failed.message],
    ['FAILED', { exitCode: 3 }, 'it broke: the reason'],
  )
  assert.deepEqual(host.linesOf(key)[0]?.message, 'it broke: the reason')
  assert.equal(host.linesOf(key)[0]?.level, 'ERROR')
  assert.equal(host.linesOf(key)[1]?.level, 'TRACE')
})

test('a template that cannot be rendered and a type that is not installed are failures with a message', async t => {
  const host = await openTestHost(t)

  const unrendered = await host.run('test.Echo', { value: '{{ inputs.ghost }}' })
  const unknown = await host.run('io.example.Nowhere')

  assert.equal(unrendered.state, 'FAILED')
  assert.match(unrendered.message ?? '', /ghost/)
  assert.deepEqual(
    [unknown.state, unknown.message],
    [
      'FAILED',
      'the task type "io.example.Nowhere" is not implemented: no plugin of this server can run it; install one that does (batuta plugins install NAME), or use another task',
    ],
  )
})

test('log lines below the level of the task are dropped', async t => {
  const host = await openTestHost(t)

  const { key, outcome } = host.start('test.Echo', { value: 1 }, { logLevel: 'WARN' })
  await outcome

  assert.deepEqual(host.linesOf(key), [])
})

test('a killed task is KILLED, one that takes too long FAILED, one that does not listen is left behind', async t => {
  const host = await openTestHost(t)
  const waiting = host.start('test.Wait')
  const stubborn = host.start('test.Stubborn')
  const late = host.start('test.Wait', {}, { timeout: 'PT0.1S' })
  const rendered = host.start('test.Wait', {}, { timeoutMs: 100 })

  host.send({ type: 'kill', key: waiting.key, reason: 'kill' })
  host.send({ type: 'kill', key: stubborn.key, reason: 'kill' })

  assert.equal((await waiting.outcome).state, 'KILLED')
  assert.equal((await late.outcome).state, 'FAILED')
  assert.match((await late.outcome).message ?? '', /timeout of 100 ms/)
  assert.equal((await rendered.outcome).state, 'FAILED')
  assert.equal((await stubborn.outcome).state, 'KILLED')
})

test('code that fails outside its run takes nobody down', async t => {
  const host = await openTestHost(t)

  const loose = await host.run('test.Loose')

  assert.deepEqual(outputsOf(loose), { survived: true })
  assert.equal(host.notices.length, 2)
})

test('what is large of the outputs goes to a file, the rest stays at hand, and what is no data fails the task', async t => {
  const host = await openTestHost(t)
  const text = 'x'.repeat(300_000)

  const large = await host.run('test.Echo', { value: { text, n: 1, rows: Array.from({ length: 9000 }, () => 'row') } })
  const strange = await host.run('test.Function')

  const outputs = outputsOf(large) as { value: { text: { uri: string }; n: number; rows: { uri: string } } }
  assert.equal(large.isSpilled, true)
  assert.equal(outputs.value.n, 1)
  assert.equal(await readAll(host, outputs.value.text.uri), text)
  assert.equal(JSON.parse(await readAll(host, outputs.value.rows.uri)).length, 9000)
  assert.equal(strange.state, 'FAILED')
  assert.match(strange.message ?? '', /outputs cannot be kept/)
})

test('a template loads the stored value that it reaches, and no other', async t => {
  const host = await openTestHost(t)
  const { value } = outputsOf(await host.run('test.Echo', { value: { text: 'y'.repeat(400_000) } })) as {
    value: ValueMap
  }
  const gone = { type: 'io.batuta.datatype:stored', uri: 'kestra:///test/flow/executions/e1/gone.json', size: 9 }
  const context = encodeValue({ outputs: { made: value, lost: { text: gone } } })

  const used = await host.run('test.Echo', { value: '{{ outputs.made.text | length }}' }, { context })
  const lost = await host.run('test.Echo', { value: '{{ outputs.lost.text }}' }, { context })

  assert.deepEqual(outputsOf(used), { value: '400000' })
  assert.match(lost.message ?? '', /there is no file/)
})

test('the server answers questions, and secrets are masked in the log', async t => {
  const host = await openTestHost(t)
  host.answer = name => (name === 'secret' ? 's3cr3t-token' : null)

  const { key, outcome } = host.start('test.Secret')
  await outcome

  assert.deepEqual(
    host.linesOf(key).map(line => line.message),
    ['the token is ******'],
  )
})

test('secrets that come with the job are masked as well', async t => {
  const host = await openTestHost(t)

  const { key, outcome } = host.start('test.Echo', { value: '{{ inputs.name }}' }, { secrets: ['Ada'] })
  await outcome

  assert.deepEqual(
    host.linesOf(key).map(line => line.message),
    ['echo "******"'],
  )
})

test('the working directory is gone when the task has ended', async t => {
  const host = await openTestHost(t)

  await host.run('test.Shell', { script: 'echo x > file; mkdir -p a/b; chmod 000 a' })

  assert.deepEqual(await readdir(host.workDir), [])
})

test('a flood of output reaches the file in storage, with a marker, and the memory of the host stays flat', async t => {
  const host = await openTestHost(t)
  const before = await residentBytes(host.child.pid ?? 0)
  let peak = 0
  const watching = new AbortController()
  const watch = (async () => {
    while (!watching.signal.aborted) {
      peak = Math.max(peak, await residentBytes(host.child.pid ?? 0))
      await sleep(50)
    }
  })()

  const { key, outcome } = host.start('test.Shell', {
    script: 'head -c 200000000 /dev/zero | tr "\\0" "x" | fold -w 199',
  })
  const settled = await outcome
  watching.abort()
  await watch

  const lines = host.linesOf(key)
  const inline = lines.reduce((sum, line) => sum + line.message.length, 0)
  assert.ok(inline <= 10 * 1024 * 1024 && inline > 7 * 1024 * 1024, `${inline} characters inline`)
  assert.match(lines.at(-1)?.message ?? '', /the rest is in kestra:\/\/\//)
  const stored = await host.store.find(settled.logFile ?? '')
  assert.ok((stored?.sizeBytes ?? 0) > 150_000_000)
  // What its heap may hold before it is gone over, and less than what was printed.
  assert.ok(peak - before < 180_000_000, `host grew by ${peak - before} bytes`)
})

test('above the hard limit lines are only counted', async t => {
  const host = await openTestHost(t, { limits: { logInlineMaxBytes: 1000, logMaxBytes: 5000 } })

  const { key, outcome } = host.start('test.Shell', { script: 'seq 1 100000' })
  const settled = await outcome

  assert.match(host.linesOf(key).at(-1)?.message ?? '', /^dropped \d+ lines of log above 5000 bytes$/)
  assert.ok(((await host.store.find(settled.logFile ?? ''))?.sizeBytes ?? 0) < 60_000)
})

test('a server that does not take the log stops the script, not the host', async t => {
  const host = await openTestHost(t)
  host.takes = false

  const { key, outcome } = host.start('test.Shell', { script: 'yes | head -n 1000000' })
  while (charsOf(host.linesOf(key)) < LOG_WINDOW_CHARS) await sleep(20)
  const shown = host.linesOf(key).length
  await sleep(200)

  assert.equal(host.linesOf(key).length, shown)
  assert.equal((await host.run('test.Warn')).state, 'WARNING')
  host.takes = true
  host.send({ type: 'taken', batch: Number.MAX_SAFE_INTEGER })
  assert.equal((await outcome).state, 'SUCCESS')
})

/** As the window counts them. */
function charsOf(lines: readonly LogLine[]): number {
  return lines.reduce((sum, { message }) => sum + message.length + LOG_LINE_CHARS, 0)
}

test('with logToFile every line goes to the file', async t => {
  const host = await openTestHost(t)

  const { key, outcome } = host.start('test.Shell', { script: 'echo one; echo two' }, { logToFile: true })
  const settled = await outcome

  assert.deepEqual(host.linesOf(key), [])
  assert.match(await readAll(host, settled.logFile ?? ''), /INFO one\n.* INFO two\n$/s)
})

test('a host that was killed leaves nothing to the next one: no process and no folder', async t => {
  const first = await openTestHost(t, { scripts: { isolation: 'process' } })
  const { key } = first.start('test.Shell', { script: 'setsid sleep 300 & echo up; sleep 300' })
  while (first.linesOf(key).length === 0) await sleep(20)
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  // A process that is just becoming another program shows nothing of itself.
  for (let looks = 0; looks < 500 && (await survivors(first.workDir)).length < 2; looks++) await sleep(20)
  assert.ok((await survivors(first.workDir)).length >= 2)

  const second = await openTestHost(t, { root: first.root })

  assert.deepEqual(await survivors(first.workDir), [])
  assert.deepEqual(await readdir(first.workDir), [])
  assert.deepEqual(second.notices.length, 1)
})

test('a drained host finishes what runs and exits', async t => {
  const host = await openTestHost(t)
  const { outcome } = host.start('test.Shell', { script: 'sleep 0.3; exit 4' })

  host.send({ type: 'drain' })

  assert.deepEqual(outputsOf(await outcome), { exitCode: 4 })
  await once(host.child, 'exit')
  assert.equal(host.child.exitCode, 0)
})

test('when the pipe closes, the host kills what it started and exits', async t => {
  const host = await openTestHost(t)
  const { key } = host.start('test.Shell', { script: 'echo $$; setsid sleep 300 & sleep 300' })
  while (host.linesOf(key).length === 0) await sleep(20)
  const pid = Number(host.linesOf(key)[0]?.message)

  host.child.disconnect()
  await once(host.child, 'exit')

  assert.ok(!(await isRunning(pid)), `process ${pid} survived`)
})

const SCRIPTS = new URL('../../../plugins/script/src/index.ts', import.meta.url).href
const PYTHON = 'io.kestra.plugin.scripts.python.Script'

test('a script of the plugin runs in the host, is stopped by its timeout and by a kill', async t => {
  const host = await openTestHost(t, { modules: { [PYTHON]: SCRIPTS } })
  const script =
    'import subprocess, time\nprint("up", flush=True)\nsubprocess.Popen(["setsid", "sleep", "300"])\ntime.sleep(300)'

  const done = await host.run(PYTHON, {
    script: 'print("hello {{ inputs.name }}")\nopen("{{ outputDir }}/a.txt", "w").write("x")',
  })
  const late = await host.run(PYTHON, { script }, { timeout: 'PT1S' })
  const killed = host.start(PYTHON, { script })
  while (host.linesOf(killed.key).length === 0) await sleep(20)
  host.send({ type: 'kill', key: killed.key, reason: 'kill' })

  assert.deepEqual(outputsOf(done), {
    exitCode: 0,
    vars: {},
    outputFiles: { 'a.txt': 'kestra:///test/flow/executions/e1/tasks/task/e1-1/a.txt' },
  })
  assert.deepEqual([late.state, late.message], ['FAILED', 'the task ran longer than its timeout of 1000 ms'])
  assert.equal((await killed.outcome).state, 'KILLED')
  assert.deepEqual(await survivors(host.workDir), [])
})

/** Running processes whose working directory was below the folder. */
async function survivors(folder: string): Promise<readonly string[]> {
  const ids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const found: string[] = []
  for (const id of ids) {
    const cwd = await readlink(`/proc/${id}/cwd`).catch(() => '')
    if (cwd.startsWith(folder)) found.push(id)
  }
  return found
}
