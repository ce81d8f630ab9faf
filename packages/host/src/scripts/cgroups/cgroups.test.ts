// Limits that the kernel holds. What needs groups of its own is left out where none can be made: in most containers, and for a user to whom nobody has
// delegated any.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { before, test, type TestContext } from 'node:test'
import type { ScriptLimits, ScriptSettings } from '@batuta/plugin-sdk'
import { openTestHost, type TestHost } from '../../testing/test-host.ts'
import { Cgroups } from './cgroups.ts'
import { findCgroups } from './find-cgroups.ts'

const SCRIPTS = new URL('../../../../../plugins/script/src/index.ts', import.meta.url).href
const PYTHON = 'io.kestra.plugin.scripts.python.Script'
const SHELL = 'io.kestra.plugin.scripts.shell.Script'
const NONE: ScriptLimits = { memoryMaxBytes: 0, processesMax: 0, cpusMax: 0 }
const LIMITS: ScriptLimits = { memoryMaxBytes: 96 * 2 ** 20, processesMax: 40, cpusMax: 1.5 }
const PLACE = `/batuta-test-${process.pid}`

const WAYS: readonly (readonly [string, Partial<ScriptSettings>])[] = [
  ['cold', { isolation: 'process', zygotesMax: 0 }],
  ['forked', { isolation: 'process' }],
  ...(isInstalled('bwrap')
    ? ([
        ['cold in a sandbox', { isolation: 'bubblewrap', zygotesMax: 0 }],
        ['forked in a sandbox', { isolation: 'bubblewrap' }],
      ] as const)
    : []),
]

const FORKING = `
import os, time
try:
    for number in range(200):
        if os.fork() == 0:
            os.closerange(0, 3)
            time.sleep(300)
except BlockingIOError:
    print("refused", flush=True)`

let hindrance: string | undefined

before(async () => {
  const notices: string[] = []
  const settings = { limits: LIMITS, cgroup: PLACE }
  const cgroups = new Cgroups({ settings, name: 'probe', onNotice: message => void notices.push(message) })
  await cgroups.describe()
  await cgroups.close()
  await removePlace()
  hindrance = notices[0]
})

for (const [way, settings] of WAYS)
  test(`a script that needs more than it may have does not get it, and its log says why, ${way}`, async t => {
    if (hindrance !== undefined) return t.skip(hindrance)
    const host = await open(t, settings)
    const run = async (script: string): Promise<{ readonly state: string; readonly log: string }> => {
      const { key, outcome } = host.start(PYTHON, { script })
      const { state } = await outcome
      return {
        state,
        log: host
          .linesOf(key)
          .map(({ level, message }) => `${level} ${message}\n`)
          .join(''),
      }
    }

    const memory = await run('print("so far", flush=True)\nx = bytearray(2**30)\nprint(len(x))')
    const processes = await run(FORKING)
    const modest = await run('x = bytearray(2**20)')

    const how = way.startsWith('cold') ? 'started cold' : 'forked from a \\w+ interpreter'
    const recorded = new RegExp(`DEBUG isolation \\w+, ${how}, at most 96 MiB, 40 processes, 1.5 processors`)
    for (const { log } of [memory, processes, modest]) assert.match(log, recorded)
    assert.equal(memory.state, 'FAILED')
    assert.match(memory.log, /INFO so far\n[^]*ERROR the script needed more memory .*script\.limits\.memory, 96 MiB/)
    assert.match(
      processes.log,
      /INFO refused\n[^]*ERROR the script wanted more processes .*script\.limits\.processes, 40/,
    )
    assert.equal(modest.state, 'SUCCESS', modest.log)
    assert.doesNotMatch(modest.log, /ERROR/)
    assert.deepEqual(await leftGroups(), [])
  })

test('the processors are shared out by the kernel, and nobody who is left in the group outlives its attempt', async t => {
  if (hindrance !== undefined) return t.skip(hindrance)
  const host = await open(t, { isolation: 'process', zygotesMax: 0 })

  const { key, outcome } = host.start(SHELL, {
    script: `grep -E ':cpu[,:]|:cpu,|:[^:]*,cpu|^0::' /proc/self/cgroup
setsid env -i sleep 300 >/dev/null 2>&1 &
echo "left $!"`,
  })
  assert.equal((await outcome).state, 'SUCCESS')

  const said = host.linesOf(key).map(({ message }) => message)
  assert.ok(
    said.some(line => line.includes(`${PLACE}/`)),
    said.join('\n'),
  )
  const left = Number(said.find(line => line.startsWith('left '))?.slice('left '.length))
  assert.equal(isAlive(left), false)
})

test('what an earlier host has left is removed with the processes in it', async t => {
  if (hindrance !== undefined) return t.skip(hindrance)
  const settings = { limits: { ...NONE, processesMax: 40 }, cgroup: PLACE }
  t.after(removePlace)
  const onNotice = (message: string): void => assert.fail(message)
  const earlier = new Cgroups({ settings, name: 'ours', onNotice })
  const group = await earlier.create()
  const pid = Number(execFileSync('/bin/sh', ['-c', 'sleep 300 >/dev/null 2>&1 & echo $!'], { encoding: 'utf8' }))
  await group?.add(pid)

  const later = new Cgroups({ settings, name: 'ours', onNotice })
  const said = await later.describe()
  await later.close()

  assert.equal(said, 'at most 40 processes')
  assert.equal(isAlive(pid), false)
})

test('a process that cannot be put under limits does not run', async t => {
  if (hindrance !== undefined) return t.skip(hindrance)
  t.after(removePlace)
  const settings = { limits: { ...NONE, processesMax: 40 }, cgroup: PLACE }
  const cgroups = new Cgroups({ settings, name: 'gone', onNotice: message => assert.fail(message) })
  const group = await cgroups.create()
  await group?.close()

  const [file = '', ...args] = group?.enter(['/bin/echo', 'ran']) ?? []
  const run = (): string => execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

  assert.throws(run, { status: 125, stdout: '' })
  await assert.rejects(group?.add(process.pid) ?? Promise.resolve(), /cannot be put under its limits/)
  await cgroups.close()
})

test('without groups scripts run without limits, and their log and the server’s say so', async t => {
  const host = await open(t, { isolation: 'process', cgroup: '/cgroup.procs/is-no-folder' })

  const { key, outcome } = host.start(SHELL, { script: 'echo ran' })

  assert.equal((await outcome).state, 'SUCCESS')
  const lines = host.linesOf(key).map(({ message }) => message)
  assert.deepEqual(lines, ['isolation process, started cold, no limits can be held', 'ran'])
  assert.equal(host.notices.length, 1)
  assert.match(
    host.notices[0] ?? '',
    /the limits of scripts \(script\.limits\) cannot be held here, and scripts run without: /,
  )
})

test('nothing is looked for where nothing is to be limited', async () => {
  const settings = { limits: NONE }
  const cgroups = new Cgroups({
    settings,
    name: 'none',
    onNotice: message => assert.fail(message),
    proc: { mountInfo: '', ownGroups: '' },
  })

  assert.equal(await cgroups.create(), undefined)
  assert.equal(await cgroups.describe(), '')
  await cgroups.close()
})

test('processes of others are never moved, and controllers that are not there are named', async t => {
  if (process.platform !== 'linux') return t.skip('it needs Linux')
  const { top, tell } = await openTree(t)
  const stranger = execFileSync('/bin/sh', ['-c', 'setsid sleep 300 >/dev/null 2>&1 & echo $!'], { encoding: 'utf8' })
  t.after(() => process.kill(Number(stranger), 'SIGKILL'))
  await writeFile(join(top, 'ours', 'cgroup.procs'), `${process.pid}\n${stranger}`)

  assert.match(await tell({ ...NONE, cpusMax: 1 }), /the kernel offers no cgroups for "cpu"/)
  assert.match(
    await tell({ ...NONE, processesMax: 40 }),
    new RegExp(
      `other processes are in the same cgroup \\(.*ours, process ${stranger.trim()}\\): run the server as a service with Delegate=yes`,
    ),
  )
  assert.deepEqual((await readdir(join(top, 'ours'))).sort(), ['cgroup.procs'])
})

test('the groups are found in both versions, also from within a container', () => {
  const see = (mountInfo: string, ownGroups: string): unknown =>
    Object.fromEntries(findCgroups(['memory', 'pids', 'cpu'], mountInfo, ownGroups))
  const tree = { version: 2, top: '/sys/fs/cgroup', own: '/sys/fs/cgroup/system.slice/batuta.service' }
  const older = (name: string, own: string, place = name): object => ({
    version: 1,
    top: `/sys/fs/cgroup/${place}`,
    own: `/sys/fs/cgroup/${place}${own}`,
  })

  assert.deepEqual(
    see(
      '30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate',
      '0::/system.slice/batuta.service\n',
    ),
    { memory: tree, pids: tree, cpu: tree },
  )
  assert.deepEqual(
    see(
      `31 30 0:27 /docker/ab /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
32 30 0:28 /docker/ab /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct
33 30 0:29 / /sys/fs/cgroup/unified\\040tree ro - cgroup2 cgroup2 rw`,
      '3:memory:/docker/ab\n2:cpu,cpuacct:/docker/ab/in\n0::/docker/ab\n',
    ),
    {
      memory: older('memory', ''),
      pids: { version: 2, top: '/sys/fs/cgroup/unified tree', own: '/sys/fs/cgroup/unified tree/docker/ab' },
      cpu: older('cpu', '/in', 'cpu,cpuacct'),
    },
  )
  assert.deepEqual(see('24 1 8:1 / / rw - ext4 /dev/sda1 rw', ''), {})
})

/** The files of a tree of version 2, of which the kernel knows nothing. */
async function openTree(t: TestContext) {
  const top = await mkdtemp(join(tmpdir(), 'batuta-tree-'))
  t.after(() => rm(top, { recursive: true, force: true }))
  await mkdir(join(top, 'ours'))
  await writeFile(join(top, 'cgroup.controllers'), 'memory pids\n')
  const proc = { mountInfo: `30 24 0:26 / ${top} rw - cgroup2 cgroup2 rw`, ownGroups: '0::/ours\n' }
  const tell = async (limits: ScriptLimits): Promise<string> => {
    let notice = ''
    const cgroups = new Cgroups({ settings: { limits }, name: 'scripts', onNotice: said => void (notice = said), proc })
    await cgroups.describe()
    return notice
  }
  return { top, tell }
}

async function open(t: TestContext, settings: Partial<ScriptSettings>): Promise<TestHost> {
  const modules = { [PYTHON]: SCRIPTS, [SHELL]: SCRIPTS }
  const host = await openTestHost(t, { modules, scripts: { limits: LIMITS, cgroup: PLACE, ...settings } })
  t.after(removePlace)
  return host
}

/** The groups of attempts below ours. */
async function leftGroups(): Promise<readonly string[]> {
  const bases = (await placesOf()).map(place => readdir(place, { recursive: true, withFileTypes: true }))
  const folders = (await Promise.all(bases)).flat().filter(entry => entry.isDirectory())
  return folders.map(({ name }) => name).filter(name => !name.startsWith('batuta-'))
}

async function removePlace(): Promise<void> {
  for (const place of await placesOf()) {
    for (const name of await readdir(place)) await rmdir(join(place, name)).catch(() => undefined)
    await rmdir(place).catch(() => undefined)
  }
}

async function placesOf(): Promise<readonly string[]> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')
  const places = findCgroups(
    ['memory', 'pids', 'cpu'],
    mounts,
    await readFile('/proc/self/cgroup', 'utf8').catch(() => ''),
  )
  return [...new Set(Array.from(places.values(), ({ top }) => join(top, PLACE)))].filter(place => existsSync(place))
}

/** Nobody may have asked yet how it ended. */
function isAlive(id: number): boolean {
  assert.ok(id > 1)
  const path = `/proc/${id}/stat`
  return existsSync(path) && !/\) [ZX] /.test(readFileSync(path, 'latin1'))
}

function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(folder => existsSync(join(folder, program)))
}
