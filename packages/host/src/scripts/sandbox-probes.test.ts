// SP14: a script that means harm tries what a sandbox is to keep it from – the machine's files, the processes and sockets of others, the kernel's
// switches –, as the user that runs the server, root included. Bombs, daemons and kills: script-torture.test.ts. A probe that succeeds must do the machine
// no harm, or nobody would dare to take the guard out: what may be done is asked, and what was written is removed.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { ScriptSettings } from '@batuta/plugin-sdk'
import { openTestHost, type TestHost } from '../testing/test-host.ts'

const SCRIPTS = new URL('../../../../plugins/script/src/index.ts', import.meta.url).href
const PYTHON = 'io.kestra.plugin.scripts.python.Script'
const SHELL = 'io.kestra.plugin.scripts.shell.Script'
const HERE = import.meta.dirname
const CACHE = join(HERE, '../../../../node_modules/.cache')
const skip = isInstalled('bwrap') ? false : 'bubblewrap is not installed'

function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(folder => existsSync(join(folder, program)))
}

function open(t: TestContext, more: Partial<ScriptSettings> = {}): Promise<TestHost> {
  const scripts = { isolation: 'bubblewrap' as const, ...more }
  return openTestHost(t, { modules: { [PYTHON]: SCRIPTS, [SHELL]: SCRIPTS }, scripts })
}

/** What a shell says to each of these; a probe that succeeds says `escaped`. */
async function tryAll(host: TestHost, probes: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const script = Object.entries(probes)
    .map(([name, probe]) => `if ( ${probe} ) >/dev/null 2>&1; then echo "escaped: ${name}"; fi`)
    .concat('echo tried')
    .join('\n')
  const { key, outcome } = host.start(SHELL, { script })
  assert.equal((await outcome).state, 'SUCCESS')
  const said = host.linesOf(key).map(({ message }) => message)
  assert.ok(said.includes('tried'), said.join('\n'))
  return said.filter(message => message.startsWith('escaped'))
}

/** Of the user that runs the server, and not among the temporary files, which a sandbox has its own of. */
async function makePlace(t: TestContext): Promise<string> {
  await mkdir(CACHE, { recursive: true })
  const place = await mkdtemp(join(CACHE, 'batuta-outside-'))
  t.after(() => rm(place, { recursive: true, force: true }))
  return place
}

test('a script changes nothing of the machine', { skip }, async t => {
  const host = await open(t)
  const own = await makePlace(t)
  const places = ['/etc', '/usr/bin', '/var', '/root', '/home', '/opt', '/sys/kernel', '/proc/sys/kernel', HERE, own]
  const files = ['/etc/passwd', '/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger']

  const escaped = await tryAll(host, {
    ...Object.fromEntries(
      places.map(place => [`a file in ${place}`, `echo x > ${place}/batuta-escape && rm ${place}/batuta-escape`]),
    ),
    ...Object.fromEntries(files.map(file => [`writing ${file}`, `: >> ${file}`])),
    'a mount': 'mount -t tmpfs none /mnt && umount /mnt',
    'writing again': 'mount -o remount,rw /',
    'taking the cover away': `umount ${host.root}`,
    'a device': 'mknod /tmp/disk b 8 0 && head -c 1 /tmp/disk',
    'a disk': 'ls /dev/sd* /dev/vd* /dev/nvme* /dev/mem /dev/kmsg 2>/dev/null | grep -q .',
  })

  assert.deepEqual(escaped, [])
  assert.ok(!existsSync(join(HERE, 'batuta-escape')))
})

test('a script sees neither the processes of others nor what the server was started with', { skip }, async t => {
  const sibling = spawn('sleep', ['300'], { env: { ...process.env, CANARY: 'of-a-sibling' }, stdio: 'ignore' })
  t.after(() => sibling.kill('SIGKILL'))
  await once(sibling, 'spawn')
  const host = await open(t)

  const escaped = await tryAll(host, {
    'the environment of a sibling': "cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -q of-a-sibling",
    'the command line of the server': "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -q -- --[m]ax-old-space-size",
    'the environment of the server': `tr '\\0' '\\n' < /proc/1/environ | grep -q '^NODE_CHANNEL_FD='`,
    'a kill of a sibling': `kill -0 ${sibling.pid}`,
    'a kill of the host': `kill -0 ${host.child.pid}`,
    'a core dump': '[ "$(ulimit -c)" != 0 ]',
    'the shared memory of others': `[ "$(readlink /proc/self/ns/ipc)" = "${await readlink('/proc/self/ns/ipc')}" ]`,
    // Whoever shares it types into its terminal. That of somebody outside has the number 0.
    'the session of the server': `[ "$(cut -d ' ' -f 6 /proc/$$/stat)" = 0 ]`,
  })

  assert.deepEqual(escaped, [])
  assert.equal(sibling.exitCode, null)
})

test('a script reaches no files of the server but its own, and nobody’s sockets', { skip }, async t => {
  const folder = await mkdtemp(join(tmpdir(), 'batuta-outside-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const place = await makePlace(t)
  const [data, config] = [join(place, 'data'), join(place, 'config.yaml')]
  await mkdir(join(data, 'work'), { recursive: true })
  await Promise.all([writeFile(join(data, 'encryption-key'), 'CANARY'), writeFile(config, 'CANARY')])
  const engine = createServer(socket => socket.end('CANARY'))
  engine.listen(join(folder, 'docker.sock'))
  await once(engine, 'listening')
  t.after(() => engine.close())
  const host = await open(t, { hidden: [data, config] })

  const { key, outcome } = host.start(PYTHON, {
    script: `
import os, socket
def attempt(name, do):
    try:
        found = do()
    except OSError:
        found = None
    if found: print("escaped:", name, found)
attempt("the key", lambda: open("${data}/encryption-key").read())
attempt("the configuration", lambda: open("${config}").read())
attempt("the folders of other attempts", lambda: os.listdir("${data}/work"))
attempt("the files of others in /tmp", lambda: os.listdir("${folder}") if os.path.exists("${folder}/docker.sock") else [])
def engine():
    s = socket.socket(socket.AF_UNIX); s.connect("${folder}/docker.sock"); return s.recv(10)
attempt("a container engine", engine)
for place in ("/run/docker.sock", "/var/run/docker.sock", "/run/podman", "/run/containerd", "/run/dbus", "/run/systemd/private", "/run/user"):
    attempt(place, lambda: os.path.exists(place))
print("tried")`,
  })

  assert.equal((await outcome).state, 'SUCCESS')
  const said = host.linesOf(key).map(({ message }) => message)
  assert.deepEqual(
    said.filter(message => !message.startsWith('isolation')),
    ['tried'],
  )
})

test('what a script leaves behind is not there for the next one, nor for the machine', { skip }, async t => {
  const host = await open(t, { zygotesMax: 0 })
  const name = `batuta-left-${process.pid}`
  const leave = `for place in /tmp /var/tmp /dev/shm ${tmpdir()}; do echo x > $place/${name} && echo wrote; done`
  const look = `for place in /tmp /var/tmp /dev/shm ${tmpdir()}; do [ -e $place/${name} ] && echo "poisoned: $place"; done; true`

  const first = host.start(SHELL, { script: leave })
  assert.equal((await first.outcome).state, 'SUCCESS')
  const second = host.start(SHELL, { script: look })
  assert.equal((await second.outcome).state, 'SUCCESS')

  const said = (key: typeof first.key): readonly string[] => host.linesOf(key).map(({ message }) => message)
  assert.equal(said(first.key).filter(message => message === 'wrote').length, 4)
  assert.deepEqual(
    said(second.key).filter(message => message.startsWith('poisoned')),
    [],
  )
  for (const place of ['/tmp', '/var/tmp', tmpdir()]) assert.ok(!(await readdir(place)).includes(name), place)
})

test('a script writes where the installation lets it', { skip }, async t => {
  const folder = await mkdtemp(join(tmpdir(), 'batuta-writable-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const host = await open(t, { writable: [folder, join(folder, 'is-not-there')] })

  const written = await host.run(SHELL, { script: `echo kept > ${folder}/file` })

  assert.equal(written.state, 'SUCCESS', written.message)
  assert.deepEqual(await readdir(folder), ['file'])
})

/** What would give the machine away: by their numbers in the kernel. */
const FORBIDDEN: Readonly<Record<string, number>> = {
  ...{ DAC_READ_SEARCH: 2, LINUX_IMMUTABLE: 9, NET_ADMIN: 12, SYS_MODULE: 16, SYS_RAWIO: 17, SYS_PTRACE: 19 },
  ...{ SYS_ADMIN: 21, SYS_BOOT: 22, SYS_NICE: 23, SYS_RESOURCE: 24, SYS_TIME: 25, MKNOD: 27, MAC_ADMIN: 33 },
  ...{ SYSLOG: 34, PERFMON: 38, BPF: 39, CHECKPOINT_RESTORE: 40 },
}

test('a script gains no rights: not by programs of root, not by a namespace of its own', { skip }, async t => {
  const host = await open(t)
  const { key, outcome } = host.start(SHELL, { script: 'grep -E "^(Cap|NoNewPrivs)" /proc/self/status' })
  assert.equal((await outcome).state, 'SUCCESS')
  const status = new Map(host.linesOf(key).map(({ message }) => message.split(/:\s*/) as [string, string]))

  const escaped = await tryAll(host, {
    'a mount in a namespace of its own that lifts the cover': `unshare -Urm sh -c 'umount ${host.root} && ls ${host.root} | grep -q files'`,
    'writing in a namespace of its own': `unshare -Urm sh -c 'mount -o remount,rw,bind / && echo x > /etc/batuta-escape && rm /etc/batuta-escape'`,
  })

  assert.deepEqual(escaped, [])
  assert.equal(status.get('NoNewPrivs'), '1')
  for (const name of ['CapEff', 'CapPrm', 'CapInh', 'CapAmb']) {
    const bits = BigInt(`0x${status.get(name) ?? 'no'}`)
    const held = Object.keys(FORBIDDEN).filter(each => ((bits >> BigInt(FORBIDDEN[each] ?? 0)) & 1n) === 1n)
    assert.deepEqual(held, [], name)
  }
})
