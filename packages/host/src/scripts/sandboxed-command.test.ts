// What a sandboxed command prints is read, however late we come to read it.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ProcessKeeper, type Command } from '@batuta/plugin-sdk'
import { probeBubblewrap } from './bubblewrap.ts'
import { startSandboxed } from './sandboxed-command.ts'

const COMMANDS = 12
const BUSY_MS = 300

test('what a command printed before we looked at it is not lost', async t => {
  const work = await mkdtemp(join(tmpdir(), 'batuta-sandbox-'))
  t.after(() => rm(work, { recursive: true, force: true }))
  const places = { hidden: [], readable: [] }
  const hindrance = await probeBubblewrap(places, work)
  if (hindrance !== undefined) return t.skip(hindrance)
  const environment = new Map([['PATH', process.env['PATH'] ?? '']])
  const limits = { killGraceMs: 1_000, openFilesMax: 0, processesMax: 0 }
  const keeper = new ProcessKeeper({ name: `batuta-test-${process.pid}`, environment, ...limits })
  const run = async (at: number): Promise<readonly string[]> => {
    const lines: string[] = []
    const onLine: Command['onLine'] = ({ text }) => void lines.push(text)
    const argv = ['/bin/sh', '-c', 'echo one; echo two'] as const
    const command = { argv, cwd: work, env: new Map<string, string>(), onLine } as Command
    const view = { ...places, writable: [work] }
    const mark = keeper.markOf(`a${at}`)
    const started = await startSandboxed({ keeper, command, view, mark })
    await keeper.attend(started, onLine, { attempt: `a${at}`, signal: new AbortController().signal })
    return lines
  }

  let isDone = false
  const runs = Promise.all(Array.from({ length: COMMANDS }, (_, at) => run(at))).finally(() => (isDone = true))
  while (!isDone) {
    beBusy()
    await sleep(10)
  }
  const lines = await runs

  for (const printed of lines) assert.deepEqual(printed, ['one', 'two'])
})

function beBusy(): void {
  const untilMs = performance.now() + BUSY_MS
  while (performance.now() < untilMs);
}
