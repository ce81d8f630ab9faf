import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { OutputLine } from '../task-runner.ts'
import { ProcessKeeper } from './process-keeper.ts'
import { processEnvironment } from './process-environment.ts'
import { MARK_VARIABLE, findMarked } from './process-table.ts'

async function openTestKeeper(t: TestContext, { killGraceMs = 300 } = {}) {
  const name = `test-${randomUUID()}`
  const keeper = new ProcessKeeper({
    name,
    environment: processEnvironment(process.env),
    killGraceMs,
    openFilesMax: 256,
    processesMax: 0,
  })
  const cwd = await mkdtemp(join(tmpdir(), 'batuta-process-'))
  t.after(async () => {
    await keeper.close()
    await rm(cwd, { recursive: true, force: true })
  })
  const lines: OutputLine[] = []
  const start = (
    script: string,
    {
      signal = new AbortController().signal,
      onLine = (line: OutputLine): void | Promise<void> => void lines.push(line),
    } = {},
  ) =>
    keeper.run(
      { argv: ['/bin/sh', '-c', script], env: new Map([['GREETING', 'hi']]), cwd, onLine },
      { attempt: 'a1', signal },
    )
  return { keeper, name, cwd, lines, start }
}

test('a command gives its lines, its exit code and sees only the allowed environment', async t => {
  process.env['BATUTA_TEST_SECRET'] = 'server secret'
  const { lines, start } = await openTestKeeper(t)

  const result = await start('echo "$GREETING"; echo err >&2; printf "no end"; env | grep -c SECRET; exit 3')

  assert.equal(result.exitCode, 3)
  assert.deepEqual(
    lines.filter(line => line.stream === 'stdout').map(line => line.text),
    ['hi', 'no end0'],
  )
  assert.deepEqual(
    lines.filter(line => line.stream === 'stderr').map(line => line.text),
    ['err'],
  )
})

test('a command ended by a signal gives 128 plus its number', async t => {
  const { start } = await openTestKeeper(t)

  assert.deepEqual(await start('kill -TERM $$'), { exitCode: 143, signal: 'SIGTERM' })
})

test('a command that does not exist ends with 127', async t => {
  const { start } = await openTestKeeper(t)

  assert.equal((await start('exec no-such-command-here')).exitCode, 127)
})

test('limits hold: open files and core dumps', async t => {
  const { lines, start } = await openTestKeeper(t)

  await start('ulimit -n; ulimit -c')

  assert.deepEqual(
    lines.map(line => line.text),
    ['256', '0'],
  )
})

test('a kill leaves no survivor, whether it ignored the request, left its session or was orphaned', async t => {
  const { name, lines, start } = await openTestKeeper(t)
  const killer = new AbortController()
  const ended = start(
    `trap '' TERM
     setsid sh -c 'trap "" TERM; sleep 300' &
     nohup setsid sleep 301 >/dev/null 2>&1 &
     (setsid sh -c 'sleep 302 & sleep 303' &) 
     env -i sh -c 'sleep 304' &
     sleep 0.3; echo started; sleep 305; sleep 306`,
    { signal: killer.signal },
  )
  while (lines.length === 0) await sleep(20)
  assert.ok(findMarked(name).length >= 6)

  killer.abort()
  await ended

  assert.deepEqual(findMarked(name), [])
})

test('a fork loop is stopped by a kill', async t => {
  const { name, lines, start } = await openTestKeeper(t, { killGraceMs: 0 })
  const killer = new AbortController()
  const loop = 'echo up; i=0; while [ $i -lt 20000 ]; do (setsid sh -c "sleep 60" &) ; (sleep 60 &); i=$((i+1)); done'
  const ended = start(loop, { signal: killer.signal })
  while (lines.length === 0 || findMarked(name).length < 100) await sleep(5)

  killer.abort()
  await ended

  assert.deepEqual(findMarked(name), [])
})

test('processes left in the background end with the command', async t => {
  const { name, cwd, start } = await openTestKeeper(t)

  await start('sleep 300 >/dev/null 2>&1 & echo $! > pid')

  const pid = (await readFile(join(cwd, 'pid'), 'utf8')).trim()
  assert.deepEqual(findMarked(name), [], `process ${pid} must be gone`)
})

test('a daemon that left the session is reaped after its attempt', async t => {
  const { keeper, name, start } = await openTestKeeper(t)
  await start('setsid sleep 300 >/dev/null 2>&1 & sleep 0.2')
  assert.equal(findMarked(name).length, 1)

  const reaped = await keeper.reap()

  assert.equal(reaped, 1)
  assert.deepEqual(findMarked(name), [])
})

test('a reader that is slow slows the command down instead of filling the memory', async t => {
  const { start } = await openTestKeeper(t)
  let characters = 0
  const before = process.memoryUsage().rss
  let peak = before
  const onLine = (line: OutputLine): void | Promise<void> => {
    characters += line.text.length
    if (characters % 1_000_000 < line.text.length) {
      peak = Math.max(peak, process.memoryUsage().rss)
      return sleep(1)
    }
  }

  await start('head -c 200000000 /dev/zero | tr "\\0" "x" | fold -w 1000', { onLine })

  assert.equal(characters, 200_000_000)
  assert.ok(peak - before < 120_000_000, `grew by ${peak - before} bytes`)
})

test('a line without end comes in pieces', async t => {
  const { lines, start } = await openTestKeeper(t)

  await start('head -c 50000 /dev/zero | tr "\\0" "y"')

  assert.equal(lines.map(line => line.text).join('').length, 50_000)
  assert.ok(lines.every(line => line.text.length <= 16 * 1024))
})

test('when whoever takes the lines fails, the command is killed and the failure is thrown', async t => {
  const { name, start } = await openTestKeeper(t)

  await assert.rejects(
    start('echo x; sleep 300', { onLine: () => Promise.reject(new Error('log is full')) }),
    /log is full/,
  )

  assert.deepEqual(findMarked(name), [])
})

test('a user who is not root cannot start more processes than the limit', t => {
  if (process.platform !== 'linux') return t.skip('limits of processes are tested on Linux')
  // Root becomes nobody once all is read: the checkout may lie in a folder that nobody can enter.
  const script = `
    const { ProcessKeeper } = await import(${JSON.stringify(new URL('./process-keeper.ts', import.meta.url).href)})
    if (process.getuid() === 0) {
      process.setgroups([])
      process.setgid(65534)
      process.setuid(65534)
    }
    const keeper = new ProcessKeeper({ name: 'limit-' + process.pid, environment: new Map([['PATH', process.env.PATH]]), killGraceMs: 0, openFilesMax: 0, processesMax: 30 })
    const lines = []
    const loop = 'i=0; while [ $i -lt 200 ]; do sleep 20 >/dev/null 2>&1 & i=$((i+1)); done; echo all'
    const result = await keeper.run({ argv: ['/bin/sh', '-c', loop], env: new Map(), cwd: '/', onLine: line => void lines.push(line.text) }, { attempt: 'a', signal: new AbortController().signal })
    console.log(JSON.stringify({ ...result, lines }))
    await keeper.close()`

  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', cwd: '/' })
  const { exitCode, lines } = JSON.parse(printed) as {
    exitCode: number
    lines: string[]
  }

  assert.notEqual(exitCode, 0)
  assert.match(lines.join('\n'), /fork/i)
})

test('what is expected is no stray, and is one when nobody has come to answer for it', async t => {
  const { keeper } = await openTestKeeper(t)
  const expected = keeper.expect('a2')
  const env = { PATH: process.env['PATH'], [MARK_VARIABLE]: keeper.markOf('a2') }
  const child = spawn('sleep', ['30'], { env, detached: true, stdio: 'ignore' })
  const exited = once(child, 'exit')
  await once(child, 'spawn')

  assert.equal(await keeper.reap(), 0)
  assert.equal(child.exitCode ?? child.signalCode, null)

  expected.release()
  assert.equal(await keeper.reap(), 1)
  await exited
  assert.equal(child.signalCode, 'SIGKILL')
})
