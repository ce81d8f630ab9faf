// Warm interpreters under attack: whatever is killed or stopped, every script ends, and nothing is left behind.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HostJob, ScriptSettings } from '@batuta/plugin-sdk'
import { openTestHost, outputsOf } from '../testing/test-host.ts'
import type { TestHost } from '../testing/test-host.ts'

const SCRIPTS = new URL('../../../../plugins/script/src/index.ts', import.meta.url).href
const PYTHON = 'io.kestra.plugin.scripts.python.Script'
const SHELL = 'io.kestra.plugin.scripts.shell.Script'
/** What is to go goes sooner; a machine may have other work. It is less than what a survivor would live. */
const GONE_MAX_MS = 30_000

const FORKED: Partial<ScriptSettings> = { isolation: 'process' }
const TIERS: readonly (readonly [string, Partial<ScriptSettings>])[] = [
  ['forked', FORKED],
  ...(isInstalled('bwrap') ? ([['forked in a sandbox', { isolation: 'bubblewrap' }]] as const) : []),
]

/** One process in a session of its own, one in the group, one whose parent has gone; then it waits. */
const SPREADING = `
import os, subprocess, time
subprocess.Popen(["setsid", "sleep", "300"])
subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 300; sleep 300"])
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(300)
    os._exit(0)
time.sleep(0.2)
print("up", flush=True)
time.sleep(300)
`

for (const [tier, settings] of TIERS) {
  test(`a kill of a script ends all that it started, ${tier}`, async t => {
    const host = await open(t, settings)
    const { key, outcome } = host.start(PYTHON, { script: SPREADING })
    await said(host, key, 'up')
    assert.ok(familyOf(host).length >= 5)

    host.send({ type: 'kill', key, reason: 'kill' })

    assert.equal((await outcome).state, 'KILLED')
    assert.deepEqual(await whatStays(() => scriptsOf(host)), [])
  })

  test(`a daemon that left its session without a word is reaped after its script, ${tier}`, async t => {
    const host = await open(t, settings)

    await host.run(PYTHON, {
      script: `
import os, subprocess, time
out = open(os.devnull, "w")
subprocess.Popen(["setsid", "sleep", "300"], stdout=out, stderr=out)
if os.fork() == 0:
    os.setsid()
    os.dup2(out.fileno(), 1)
    os.dup2(out.fileno(), 2)
    if os.fork() == 0:
        time.sleep(300)
    os._exit(0)
time.sleep(0.2)`,
    })

    assert.deepEqual(await whatStays(() => scriptsOf(host)), [])
  })

  test(`a timeout ends a script that ignores the request, ${tier}`, async t => {
    const host = await open(t, settings)

    const late = await host.run(
      PYTHON,
      { script: 'import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(300)' },
      { timeout: 'PT0.7S' },
    )
    const next = await host.run(PYTHON, { script: 'print("next")' })

    assert.match(late.message ?? '', /timeout of 700 ms/)
    assert.equal(next.state, 'SUCCESS')
    assert.deepEqual(await whatStays(() => scriptsOf(host)), [])
  })

  test(`when the host is killed nothing is left after two seconds, ${tier}`, async t => {
    const host = await open(t, settings)
    const { key } = host.start(PYTHON, { script: SPREADING })
    await said(host, key, 'up')
    const family = familyOf(host)

    host.child.kill('SIGKILL')
    await once(host.child, 'exit')

    assert.deepEqual(await whatStays(() => family.filter(isRunning).map(commandOf)), [])
  })

  test(`a zygote that is stopped while its script runs does not hold the script up, ${tier}`, async t => {
    const host = await open(t, settings)
    await host.run(PYTHON, { script: 'pass' })
    const { key, outcome } = host.start(PYTHON, {
      script: 'import time\nprint("up", flush=True)\ntime.sleep(0.3)\nraise SystemExit(7)',
    })
    await said(host, key, 'up')
    for (const id of zygotesOf(host)) process.kill(id, 'SIGSTOP')

    const settled = await outcome

    assert.deepEqual(outputsOf(settled), { exitCode: 7, vars: {}, outputFiles: {} })
    assert.equal((await host.run(PYTHON, { script: 'print("next")' })).state, 'SUCCESS')
  })

  test(`a zygote that is stopped before it forks is given up, and the script starts cold, ${tier}`, async t => {
    const host = await open(t, settings)
    await host.run(PYTHON, { script: 'pass' })
    for (const id of zygotesOf(host)) process.kill(id, 'SIGSTOP')

    const { key, outcome } = host.start(PYTHON, { script: 'print("once")' })

    assert.equal((await outcome).state, 'SUCCESS')
    assert.deepEqual(messagesOf(host, key), [`isolation ${String(settings.isolation)}, started cold`, 'once'])
    assert.match(host.notices.join(), /a script starts cold: the warm interpreter \S+ did not answer/)
  })

  test(`a zygote that was killed is replaced, and a script whose zygote is killed ends as killed, ${tier}`, async t => {
    const host = await open(t, settings)
    await host.run(PYTHON, { script: 'pass' })
    for (const id of zygotesOf(host)) process.kill(id, 'SIGKILL')
    assert.equal((await host.run(PYTHON, { script: 'pass' })).state, 'SUCCESS')
    await host.run(PYTHON, { script: 'pass' })
    const next = host.start(PYTHON, { script: 'import time\nprint("up", flush=True)\ntime.sleep(300)' })
    await said(host, next.key, 'up')
    for (const id of zygotesOf(host)) process.kill(id, 'SIGKILL')

    const killed = await next.outcome

    assert.match(killed.message ?? '', /exit code 137/)
    assert.deepEqual(await whatStays(() => scriptsOf(host)), [])
    assert.equal((await host.run(PYTHON, { script: 'pass' })).state, 'SUCCESS')
  })

  test(`a fork bomb ends with its timeout, ${tier}`, async t => {
    const host = await open(t, { ...settings }, { processesMax: 300 })
    const bomb = `
import os, time
made = 0
while made < 400:
    try:
        if os.fork() == 0:
            os.setsid()
            time.sleep(60)
        made += 1
    except OSError:
        break
print("up", flush=True)
time.sleep(60)`

    const ended = await host.run(PYTHON, { script: bomb }, { timeout: 'PT4S' })

    assert.match(ended.message ?? '', /timeout/)
    assert.deepEqual(await whatStays(() => scriptsOf(host)), [])
  })

  test(`a script cannot tell what the one before it did to the interpreter, ${tier}`, async t => {
    const host = await open(t, settings)
    await host.run(PYTHON, {
      script:
        'import builtins, os, sys, json\nbuiltins.print = None\nos.environ["LEFT"] = "1"\nsys.path.append("/left")\nos.chdir("/")\nos.umask(0o777)',
    })

    const { key, outcome } = host.start(PYTHON, {
      script:
        'import os, sys\nprint(os.environ.get("LEFT"), "/left" in sys.path, "json" in sys.modules, os.getcwd() == "/", os.umask(0))',
    })
    await outcome

    assert.equal(messagesOf(host, key).at(-1), 'None False False False 18')
  })

  test(`interpreters are closed when they idle, and never more than the limit, ${tier}`, async t => {
    const host = await open(t, { ...settings, zygotesMax: 2, zygoteIdleMs: 700 })
    const jobs = Array.from({ length: 5 }, (_, index) => host.run(PYTHON, { script: 'pass' }, inExecution(index)))
    let most = 0
    const watching = new AbortController()
    const watch = (async () => {
      while (!watching.signal.aborted) {
        most = Math.max(most, zygotesOf(host).length)
        await sleep(20)
      }
    })()

    await Promise.all(jobs)
    watching.abort()
    await watch

    assert.ok(most >= 1 && most <= 2, `${most} at a time`)
    assert.deepEqual(await whatStays(() => zygotesOf(host)), [])
    assert.deepEqual(await whatStays(() => readdirSync(host.workDir).filter(name => name !== '.door')), [])
  })
}

test('a host that is killed while it makes a sandbox leaves nothing', async t => {
  if (!isInstalled('bwrap')) return t.skip('bubblewrap is not installed')
  const mark = `76.${process.pid}`
  for (let round = 0; round < 8; round++) {
    const host = await open(t, { isolation: 'bubblewrap' })
    host.start(SHELL, { script: `sleep ${mark}` })
    await sleep(40 + round * 25)
    host.child.kill('SIGKILL')
    await once(host.child, 'exit')
  }

  const left = await whatStays(() =>
    listIds()
      .filter(id => isRunning(id) && commandOf(id).includes(mark))
      .map(commandOf),
  )
  assert.deepEqual(left, [])
})

test('after a thousand forks a zygote holds no more memory than after a hundred', async t => {
  const host = await open(t, FORKED)
  const holds: number[] = []
  for (let count = 1; count <= 990; count++) {
    await host.run(PYTHON, { script: 'pass' })
    if (count % 90 === 0) holds.push(...zygotesOf(host).map(residentKb))
  }

  assert.ok((holds.at(-1) ?? 0) - (holds[0] ?? 0) < 300, holds.join(' '))
  assert.equal(holds.length, 11)
})

test('two scripts of one execution run side by side', async t => {
  const host = await open(t, FORKED)
  const script = 'import os, time\nopen("/tmp/batuta-side-{{ inputs.name }}", "w")\ntime.sleep(0.5)'

  const outcomes = await Promise.all([host.run(PYTHON, { script }), host.run(PYTHON, { script })])

  assert.deepEqual(
    outcomes.map(({ state }) => state),
    ['SUCCESS', 'SUCCESS'],
  )
  assert.equal(zygotesOf(host).length, 2)
})

test('where a sandbox is demanded and cannot be made, the script does not run', async t => {
  const path = process.env['PATH']
  process.env['PATH'] = '/nowhere'
  t.after(() => (process.env['PATH'] = path))
  const host = await open(t, { isolation: 'auto', isolationByNamespace: { test: 'bubblewrap' } })

  const refused = await host.run(PYTHON, { env: { PATH: path ?? '' }, script: 'pass' })

  assert.match(
    refused.message ?? '',
    /scripts of the namespace "test" must run in a sandbox, and none can be made here/,
  )
})

function open(
  t: TestContext,
  scripts: Partial<ScriptSettings>,
  limits: { readonly processesMax?: number } = {},
): Promise<TestHost> {
  return openTestHost(t, { modules: { [PYTHON]: SCRIPTS, [SHELL]: SCRIPTS }, scripts, limits })
}

function inExecution(index: number): Partial<HostJob> {
  return { key: { executionId: `x${index}`, run: 1, epoch: 1 } }
}

async function said(host: TestHost, key: HostJob['key'], message: string): Promise<void> {
  while (!messagesOf(host, key).includes(message)) await sleep(20)
}

function messagesOf(host: TestHost, key: HostJob['key']): readonly string[] {
  return host.linesOf(key).map(line => line.message)
}

// ── Processes, as the kernel tells them ─────────────────────────────────────────────────────────────────────────────────────────

/** All below the host, and all that carry the mark of one of its attempts. */
function familyOf(host: TestHost): readonly number[] {
  const rows = listIds().map(id => ({ id, fields: statOf(id) }))
  const family = new Set([host.child.pid ?? 0])
  for (let size = 0; size !== family.size;) {
    size = family.size
    for (const { id, fields } of rows) if (family.has(Number(fields[1]))) family.add(id)
  }
  const prefix = `${nameOf(host)}/`
  for (const { id } of rows) if (markOf(id).startsWith(prefix)) family.add(id)
  family.delete(host.child.pid ?? 0)
  return [...family].filter(isRunning)
}

/** Nothing, once all is gone. */
async function whatStays<T>(look: () => readonly T[]): Promise<readonly T[]> {
  for (const endMs = performance.now() + GONE_MAX_MS; ;) {
    const found = look()
    if (found.length === 0 || performance.now() > endMs) return found
    await sleep(20)
  }
}

/** Without the interpreters that are kept, and what encloses them. */
function scriptsOf(host: TestHost): readonly string[] {
  return familyOf(host)
    .filter(id => !markOf(id).includes('/zygote-'))
    .map(commandOf)
}

/** A fork carries the mark of its zygote until its script begins. */
function zygotesOf(host: TestHost): readonly number[] {
  const marked = familyOf(host).filter(id => markOf(id).includes('/zygote-') && /^\S*python/.test(commandOf(id)))
  return marked.filter(id => !marked.includes(Number(statOf(id)[1])))
}

function nameOf(host: TestHost): string {
  const marks = listIds()
    .filter(id => Number(statOf(id)[1]) === host.child.pid)
    .map(markOf)
  return marks.find(mark => mark !== '')?.split('/')[0] ?? 'nobody'
}

function markOf(id: number): string {
  return (
    environmentOf(id)
      .find(entry => entry.startsWith('BATUTA_ATTEMPT='))
      ?.slice('BATUTA_ATTEMPT='.length) ?? ''
  )
}

function environmentOf(id: number): readonly string[] {
  return readIfThere(`/proc/${id}/environ`).split('\0')
}

function commandOf(id: number): string {
  return readIfThere(`/proc/${id}/cmdline`).replaceAll('\0', ' ')
}

function isRunning(id: number): boolean {
  const state = statOf(id)[0]
  return state !== undefined && state !== '' && state !== 'Z' && state !== 'X'
}

/** From the state on. */
function statOf(id: number): readonly string[] {
  const text = readIfThere(`/proc/${id}/stat`)
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

function residentKb(id: number): number {
  return Number(/RssAnon:\s+(\d+)/.exec(readIfThere(`/proc/${id}/status`))?.[1] ?? 0)
}

function listIds(): readonly number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

function isInstalled(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(folder => existsSync(join(folder, name)))
}
