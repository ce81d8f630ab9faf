// Every command against one real server: what it prints, and how it ends – those of Batuta, and what scripts for `kestra` and `kestractl` say.
import assert from 'node:assert/strict'
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { until } from './until.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const MAIN = join(ROOT, 'packages', 'cli', 'src', 'main.ts')
const START_MAX_MS = 60_000
const ENCRYPTION = 'kestra: { encryption: { secret-key: MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= } }'
const ONE = `id: one
namespace: ns.a
labels: { team: data }
inputs:
  - { id: name, type: STRING, defaults: Bo }
tasks:
  - { id: hello, type: io.kestra.plugin.core.log.Log, message: "hi {{ inputs.name }}" }
triggers:
  - { id: daily, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 3 * * *" }
  - { id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: abc }
`
const TWO = `id: two
namespace: ns.a
tasks:
  - { id: wait, type: io.kestra.plugin.core.flow.Pause }
`
const FAILING = `id: failing
namespace: ns.c
tasks:
  - { id: f, type: io.kestra.plugin.core.execution.Fail }
`
const EACH_SECOND = `id: ticking
namespace: ns.t
tasks:
  - { id: hello, type: io.kestra.plugin.core.log.Log, message: hi }
triggers:
  - { id: each, type: io.kestra.plugin.core.trigger.Schedule, cron: "* * * * * *", withSeconds: true }
`
const SUITE = `id: suite
namespace: ns.a
flowId: one
testCases:
  - id: case
    type: io.kestra.core.tests.flow.UnitTest
    assertions: [{ value: "{{ execution.state }}", equalTo: SUCCESS }]
`
const APP = `id: form
type: io.kestra.plugin.ee.apps.Execution
displayName: Form
namespace: ns.a
flowId: one
access: { type: PRIVATE }
layout:
  - on: OPEN
    blocks: [{ type: io.kestra.plugin.ee.apps.core.blocks.Markdown, content: Hello }]
`

interface Ended {
  readonly exitCode: number | string
  readonly stdout: string
  readonly stderr: string
}

let folder = ''
let server: ChildProcess
let driver: ChildProcess
let known = ''

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batuta-lines-'))
  await mkdir(join(folder, 'flows'))
  await mkdir(join(folder, 'files', 'sub'), { recursive: true })
  const files = {
    'flows/one.yaml': ONE,
    'flows/two.yaml': TWO,
    'failing.yaml': FAILING,
    'wrong.yaml': 'id: wrong\nnamespace: ns.a\ntasks:\n  - { id: x, type: no.such.Type }\n',
    'ticking.yaml': EACH_SECOND,
    'suite.yaml': SUITE,
    'app.yaml': APP,
    'key.txt': 's3cret',
    'files/a.txt': 'one\n',
    'files/sub/b.txt': 'two\n',
    'files/x.log': 'log',
    'files/.kestraignore': '*.log\n',
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const address = await startServer()
  driver = fork(join(import.meta.dirname, 'command-driver.ts'), [], {
    env: { ...process.env, BATUTA_SERVER: address, XDG_CONFIG_HOME: join(folder, 'config'), HOME: folder },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
})
after(async () => {
  driver.disconnect()
  const isOver = new Promise(resolve => server.once('exit', resolve))
  server.kill('SIGTERM')
  await isOver
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

test('flows go to the server and come back, and what would change is shown first', async () => {
  const dir = at('flows')
  await ends('flow validate', [dir, '--local'], 0, /✓ .*one\.yaml {2}ns\.a\.one/)
  await ends('flow validate', [dir], 0, /✓ .*two\.yaml/)
  await ends('flow validate', [at('wrong.yaml')], 1, /no\.such\.Type/)
  await ends('flow validate', [at('wrong.yaml'), '--local'], 1, /no\.such\.Type/)
  await ends('flow push', [dir, '-n', 'ns.a', '--dry-run'], 0, /\+ ns\.a\.one/)
  await ends('flow list', ['--json'], 0, /^\[\]/)
  await ends('flow namespace update', ['ns.a', dir, '--delete'], 0, /\+ ns\.a\.two/)
  await writeFile(at('flows/two.yaml'), TWO.replace('id: wait', 'id: waits'))
  await writeFile(at('flows/three.yaml'), TWO.replace('id: two', 'id: three'))
  await ends('flow updates', [dir, '--dry-run'], 0, /~ ns\.a\.two[^]*- .*id: wait,[^]*\+ .*id: waits,/)
  await ends('flow updates', [dir], 0, /\+ ns\.a\.three/)
  await rm(at('flows/three.yaml'))
  await ends('flow push', [dir, '--delete', '--diff'], 0, /- ns\.a\.three/)
  await ends('flow push', [dir, '-n', 'ns.b', '--dry-run'], 1, /its namespace is ns\.a, not ns\.b/)
  await ends('flow push', [dir, '-n', 'ns.b', '--override-namespaces'], 0, /\+ ns\.b\.one/)
  await ends('flow pull', [at('pulled')], 0, /\+ .*ns\.b/)
  await ends('flow pull', [dir, '-n', 'ns.a', '--dry-run'], 0, /= .*one\.yaml/)
  assert.deepEqual((await readdir(at('pulled'))).toSorted(), ['ns.a', 'ns.b'])
  assert.equal(await readFile(at('pulled/ns.a/one.yaml'), 'utf8'), ONE)
})

test('flows are saved, looked at and removed one by one', async () => {
  await ends('flow create', [at('flows')], 5, /is there already/)
  await ends('flows deploy', [at('failing.yaml'), '--override', '--fail-fast'], 0, /✓ ns\.c\.failing/)
  await ends('flow update', [at('flows/one.yaml'), 'ns.a', 'one'], 0, /revision 1/)
  await ends('flow update', [at('flows/one.yaml'), 'ns.a', 'other'], 4, /./)
  await ends('flow update', [at('wrong.yaml')], 5, /✗/)
  await ends('flows get', ['ns.a', 'one'], 0, /id: hello/)
  await ends('flow get', ['ns.a.none'], 4, /does not exist/)
  await ends('flow list', ['-n', 'ns.a', '-o', 'yaml'], 0, /^- id: one\n/)
  await ends('flow revisions', ['ns.a.two'], 0, /REVISION/)
  await ends('flow task', ['ns.a', 'one', 'hello'], 0, /"id": "hello"/)
  await ends('flows search-by-source', ['--query', 'Pause'], 0, /two/)
  await ends('flow graph', ['ns.a.one'], 0, /"nodes"/)
  await ends('flow dot', [at('flows/one.yaml')], 0, /digraph "one"/)
  await ends('flows expressions', ['--file', at('flows/one.yaml')], 0, /"name": "string"/)
  await ends('flow dependencies', ['ns.a.one'], 0, /FROM/)
  await ends('flow expand', [at('flows/one.yaml')], 0, /id: one/)
  await ends('flow test', [at('flows/one.yaml'), 'name', 'Ada'], 0, /SUCCESS/)
  await ends('flow disable', ['ns.a', 'one'], 0, /disabled/)
  await ends('flow run', ['ns.a.one'], 5, /disabled/)
  await ends('flow enable', ['ns.a.one'], 0, /enabled/)
  await ends('flow export', [at('out'), '--namespace', 'ns.a'], 0, /flows\.zip/)
  await ends('flow delete-by-query', [], 2, /narrow it/)
  await ends('flow delete-by-query', ['-n', 'ns.b'], 0, /deleted 2/)
  await ends('flow import', [at('out/flows.zip')], 0, /./)
  await ends('flow delete-revisions', ['ns.a.two', '--before-revision', '2'], 0, /./)
  await ends('flow delete', ['ns.a', 'none'], 4, /./)
})

test('executions are run, found and steered', async () => {
  const { id } = await document<{ id: string }>('executions run', ['ns.a', 'one', '-i', 'name=Ada', '--wait'])
  await ends('execution get', [id], 0, /SUCCESS/)
  await ends('execution logs', [id], 0, /hi Ada/)
  await ends('execution watch', [id], 0, /SUCCESS/)
  await ends('executions eval-expression', [id, '{{ inputs.name }}'], 0, /^Ada/)
  await ends('executions list', ['--filter', 'FLOW_ID:EQUALS:one', '--labels', 'team=data'], 0, new RegExp(id))
  await ends('executions search-by-flow', ['ns.a', 'one'], 0, new RegExp(id))
  await ends('executions latest', ['--flow', 'ns.a:one'], 0, new RegExp(id))
  await ends('executions flow-info', ['ns.a', 'one'], 0, /"flow|"id": "one"/)
  await ends('executions set-labels', [id, 'env=test'], 0, /SUCCESS/)
  await ends('executions set-labels-bulk', ['env=prod', '--ids', id], 0, /labelled 1/)
  await ends('executions replay', [id], 0, /./)
  await ends('executions trigger-webhook', ['ns.a', 'one', 'abc', '-d', '{"a":1}'], 0, /./)
  await ends('executions run', ['ns.c', 'failing', '--wait'], 1, /FAILED/)
  await ends('executions change-status-by-ids', ['--status', 'KILLED', id], 0, /changed 1/)
  await ends('executions update-status-by-query', ['--flow', 'failing', '--new-status', 'SUCCESS'], 0, /changed 1/)
  await ends('executions delete-by-query', ['--flow', 'failing', '--delete-logs'], 0, /deleted 1/)
  await ends('executions delete-by-query', [], 2, /narrow it/)
  await ends('log search', ['hi'], 0, /hi Ada/)
  await ends('logs list', [id], 0, /hi Ada/)
  await ends('logs download', [id, '--output-file', at('log.txt')], 0, /wrote/)
  await ends('logs delete', [id], 0, /./)
  await ends('executions delete', [id], 0, /deleted/)
  await ends('execution get', [id], 4, /does not exist/)
})

test('an execution that waits is killed, one by one and as a search finds it', async () => {
  const { id } = await document<{ id: string }>('executions run', ['ns.a', 'two'])
  await ends('executions kill', [id], 0, /KILL/)
  await ends('execution follow', [id], 1, /KILLED/)
  await ends('executions restart', [id], 5, /restart/)
  await ends('executions run', ['ns.a', 'two'], 0, /./)
  await ends('executions kill-by-query', ['--flow', 'two', '--state', 'CREATED,RUNNING,PAUSED'], 0, /killed 1/)
  await ends('executions kill-running', ['-n', 'ns.none'], 0, /killed 0/)
})

test('triggers are listed, switched and caught up', async () => {
  const daily = ['ns.a', 'one', 'daily']
  await ends('trigger list', [], 0, /daily/)
  await ends('triggers disable', daily, 0, /disabled/)
  await ends('trigger enable', ['ns.a.one', 'daily'], 0, /on/)
  await ends('trigger why', daily, 0, /started nothing/)
  await ends('triggers unlock', daily, 5, /not locked/)
  await ends('triggers disable-by-ids', ['ns.a/one/daily'], 0, /1 triggers/)
  await ends('triggers enable-by-query', ['--namespace', 'ns.a'], 0, /triggers/)
  await ends(
    'triggers create-backfill',
    [...daily, '--start', '2020-01-01T00:00:00Z', '--end', '2020-01-02T00:00:00Z'],
    0,
    /./,
  )
  await ends('triggers export-csv', [], 0, /^namespace,flowId/)
  await ends('triggers enable', ['ns.a', 'one', 'none'], 4, /./)
  await ends('triggers delete-by-query', [], 2, /narrow it/)
})

test('the dates that a schedule missed are listed, and decided on by whoever switches it on', async () => {
  const each = ['ns.t', 'ticking', 'each']
  await ends('flows create', [join(folder, 'ticking.yaml')], 0, /ns\.t\.ticking/)
  await ends('triggers disable', each, 0, /disabled/)
  await until('a date is missed', async () => {
    const { stdout } = await ends('triggers missed', each, 0, /missed/)
    return /DATE +LOCAL\n20/.test(stdout) ? stdout : undefined
  })
  await ends('triggers missed', each, 0, /unless --missed says otherwise/)
  await ends('triggers enable', [...each, '--missed', 'some'], 2, /"some" is no policy for missed dates/)
  await ends('triggers enable', [...each, '--missed', 'none'], 0, /: on\n/)
  await ends('triggers why', each, 0, /missed/)
  await ends('triggers disable', each, 0, /disabled/)
  await ends('triggers enable-by-ids', ['ns.t/ticking/each', '--missed', 'LAST'], 0, /1 triggers/)
  await ends('triggers disable-by-query', ['--namespace', 'ns.t'], 0, /1 triggers/)
  await ends('triggers enable-by-query', ['--namespace', 'ns.t', '--missed', 'all'], 0, /1 triggers/)
  await ends('triggers missed', ['ns.t', 'ticking', 'none'], 4, /./)
  await ends('flows delete', ['ns.t.ticking'], 0, /deleted/)
})

test('namespaces keep what is said about them, keys, secrets and files', async () => {
  await ends('namespaces create', ['ns.d', '--variable', 'env=prod'], 0, /created ns\.d/)
  await ends('namespaces update', ['ns.d', '--description', 'About'], 0, /updated/)
  await ends('namespaces get', ['ns.d'], 0, /description: About[^]*env: prod/)
  await ends('namespaces inherited-variables', ['ns.d.e'], 0, /env: prod/)
  await ends('namespaces list', ['--query', 'ns.d'], 0, /ns\.d/)
  await ends('namespaces delete', ['ns.d'], 0, /deleted/)
  await ends('kv set', ['ns.a', 'STRING', 'greeting', 'hello'], 0, /set/)
  await ends('kv set', ['ns.a', 'count', '3'], 0, /set/)
  await ends('kv get', ['ns.a', 'count', '-o', 'yaml'], 0, /type: NUMBER/)
  await ends('namespace kv update', ['ns.a', 'text', '-', '-f', at('key.txt'), '-t', 'STRING'], 0, /set/)
  await ends('kv get', ['ns.a', 'text'], 0, /^s3cret/)
  await ends('kv update', ['ns.a', 'NUMBER', 'none', '5'], 4, /./)
  await ends('kv list', [], 0, /greeting/)
  await ends('kv delete-all', ['ns.a'], 0, /deleted greeting/)
  await ends('secret set', ['ns.a', 'TOKEN', at('key.txt')], 0, /set/)
  await ends('secrets list', ['ns.a'], 0, /TOKEN/)
  await ends('secret delete', ['ns.a', 'TOKEN'], 0, /deleted/)
})

test('files of a namespace go both ways', async () => {
  const dir = at('files')
  await ends('namespace files update', ['ns.a', dir, '/', '--dry-run'], 0, /\+ \/a\.txt/)
  await ends('namespace files update', ['ns.a', dir], 0, /wrote \/sub\/b\.txt/)
  await ends('nsfiles upload', ['ns.a', dir, 'more', '--fail-fast'], 0, /\/more\/files\/a\.txt/)
  await ends('nsfiles upload', ['ns.a', dir, '--no-root'], 5, /--override/)
  await ends('nsfiles list', ['ns.a', '--path', 'more', '--recursive'], 0, /\/more\/files\/sub\/b\.txt/)
  await ends('nsfiles get', ['ns.a', '--path', 'a.txt'], 0, /^one/)
  await ends('nsfiles move', ['ns.a', 'a.txt', 'c.txt'], 0, /moved/)
  await ends('nsfiles pull', ['ns.a', at('back')], 0, /\+ .*c\.txt/)
  await ends('nsfiles delete', ['ns.a', 'none', '--force'], 0, /no \/none/)
  await ends('nsfiles delete', ['ns.a', 'none'], 4, /./)
  await ends('namespace files update', ['ns.a', dir, '/', '--delete'], 0, /deleted \/c\.txt/)
  assert.equal(await readFile(at('back/sub/b.txt'), 'utf8'), 'two\n')
})

test('plugins, boards, apps and suites of tests are looked at and kept', async () => {
  await ends('plugins list', ['--core'], 0, /io\.kestra\.plugin\.core\.log\.Log/)
  await ends('plugins get', ['io.kestra.plugin.core.log.Log'], 0, /message/)
  await ends('plugins install', [], 0, /./)
  await ends('plugins uninstall', ['x'], 5, /./)
  await ends('dashboards list', [], 0, /default/)
  const board = await run('dashboards get', ['default'])
  await writeFile(at('board.yaml'), board.stdout.replace(/^id: default$/m, 'id: mine'))
  await ends('dashboards validate', ['--file', at('board.yaml')], 0, /valid/)
  await ends('dashboards create', ['--file', at('board.yaml')], 0, /saved mine/)
  await ends('dashboards delete', ['mine'], 0, /deleted/)
  const { uid } = await document<{ uid: string }>('apps deploy', ['--file', at('app.yaml')])
  await ends('apps disable', [uid], 0, /disabled/)
  await ends('apps list', [], 0, /Form/)
  await ends('apps export', ['--output-file', at('apps.zip')], 0, /wrote 1 apps/)
  await ends('apps bulk-delete', [uid], 0, /deleted 1/)
  await ends('apps delete', [uid], 4, /./)
  await ends('test-suites create', ['--file', at('suite.yaml')], 0, /saved ns\.a\.suite/)
  await ends('test-suites run', ['ns.a', 'suite'], 0, /✓ ns\.a\.suite/)
  await ends('test-suites last-result', ['--ids', 'ns.a/suite'], 0, /SUCCESS/)
  await ends('test-suites delete', ['ns.a', 'suite'], 0, /deleted/)
  await ends('blueprints community search', ['--query', 'hello'], 0, /hello-world/)
})

test('what the Java program does to its stores ends well, and there are no templates', async () => {
  await ends('sys reindex', ['-t', 'flow'], 0, /nothing to do/)
  await ends('migrate metadata kv', [], 0, /nothing to do/)
  await ends('configs properties', [], 0, /"/)
  await ends('template validate', ['x'], 5, /no templates/)
})

test('servers are kept by name in a file that only its owner may read', async () => {
  const url = known
  await ends('config add', ['dev', url, 'main', '--token', 't0ken', '--default'], 0, /in use/)
  await ends('config add', ['other', 'http://127.0.0.1:1'], 0, /kept other/)
  const shown = await ends('config show', [], 0, /\* {2}dev/)
  await ends('config use', ['none'], 4, /there are dev, other/)
  await ends('flow list', ['--context', 'none'], 2, /no context/)
  await ends('flow list', ['--server', 'http://127.0.0.1:1'], 3, /no server answers/)
  await ends('config remove', ['dev'], 0, /removed/)
  await ends('config remove', ['other'], 0, /removed/)
  assert.doesNotMatch(shown.stdout, /t0ken/)
  assert.equal((await stat(at('config/batuta/contexts.yaml'))).mode & 0o777, 0o600)
})

test('a shell is told what may come next', async () => {
  await ends('completion bash', [], 0, /complete -o filenames/)
  await ends('completion zsh', [], 0, /#compdef/)
  await ends('completion fish', [], 0, /complete -c batuta/)
  await ends('completion tcsh', [], 2, /no shell/)
  await ends('__complete', ['--', 'flow', 'val'], 0, /^validate$/m)
  await ends('__complete', ['--', 'flow', 'get', 'ns.a.'], 0, /^ns\.a\.one$/m)
  await ends('__complete', ['--', 'flow', 'list', '-n', ''], 0, /^ns\.a$/m)
  await ends('__complete', ['--', 'flow', 'list', '--out'], 0, /^--output$/m)
})

test('every command tells how it is used', async () => {
  const namesBelow = async (...words: readonly string[]): Promise<readonly string[]> =>
    (await run('__complete', ['--', ...words, ''])).stdout
      .split('\n')
      .filter(name => /^[a-z-]+$/.test(name) && name !== 'help')
  for (const group of [
    'flow',
    'execution',
    'log',
    'trigger',
    'namespace',
    'kv',
    'secret',
    'dashboard',
    'app',
    'config',
  ]) {
    const names = await namesBelow(group)
    assert.ok(names.length > 2, `${group}: ${names.join(' ')}`)
    for (const name of names) await ends(group, [name, '--help'], 0, /^Usage: batuta /)
  }
  const { stdout } = await ends('--help', [], 0, /Looking after an installation/)
  for (const [, group = ''] of stdout.matchAll(/^ {2}(?!help)([a-z][a-z-]*) /gm))
    await ends(group, ['--help'], 0, /^Usage: batuta /)
})

test('a line that is wrong says so', async () => {
  await ends('flow list', ['-o', 'xml'], 2, /no format/)
  await ends('flow nonsense', [], 2, /unknown command/)
  await ends('flow list', ['--nonsense'], 2, /unknown option/)
  await ends('flow list', ['--user', 'a:b', '--token', 'x'], 2, /which of them asks/)
  await ends('executions list', ['--filter', 'STATE'], 2, /no filter/)
})

function at(name: string): string {
  return join(folder, name)
}

/** The words of the command, then its arguments; the expectation is about both streams. */
async function ends(words: string, args: readonly string[], exitCode: number, printed: RegExp): Promise<Ended> {
  const ended = await run(words, args)
  assert.equal(ended.exitCode, exitCode, `${words} ${args.join(' ')}: ${ended.stdout}${ended.stderr}`)
  assert.match(ended.stdout + ended.stderr, printed, `${words} ${args.join(' ')}`)
  return ended
}

async function document<T>(words: string, args: readonly string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await run(words, [...args, '--output', 'json'])
  assert.equal(exitCode, 0, stdout + stderr)
  return JSON.parse(stdout) as T
}

async function run(words: string, args: readonly string[]): Promise<Ended> {
  const answer = new Promise<Ended>((resolve, reject) => {
    driver.once('message', message => resolve(message as Ended))
    driver.once('exit', () => reject(new Error('the driver ended')))
  })
  driver.send([...words.split(' '), ...args])
  const ended = await answer
  driver.removeAllListeners('exit')
  return ended
}

async function startServer(): Promise<string> {
  const dirs = ['--data', join(folder, 'data'), '--flows', join(folder, 'none')]
  server = spawn(process.execPath, [MAIN, 'server', 'local', '--port', '0', ...dirs], {
    env: { ...process.env, KESTRA_CONFIGURATION: ENCRYPTION },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  return await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no server after ${START_MAX_MS} ms: ${printed}`)), START_MAX_MS)
    server.stdout?.on('data', chunk => {
      printed += String(chunk)
      const match = /ready at (\S+)/.exec(printed)
      if (match?.[1] === undefined) return
      clearTimeout(timer)
      known = match[1]
      resolve(known)
    })
  })
}
