// The tasks and triggers of files against real servers: OpenSSH, ProFTPD and Samba.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync, chownSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { tasks, triggers } from '@batuta/fs'
import { createTestRunContext, messageOf, runPoll, runTask } from '@batuta/plugin-sdk'
import type { PollResult, TaskDefinition, TestOptions, TestResult, TestRun, Value, ValueMap } from '@batuta/plugin-sdk'
import { PASSWORD, USER, startProftpd, startSmbd, startSshd, whyNoSmbd } from './file-servers.mjs'

async function openRun(t: TestContext, options: TestOptions = {}): Promise<TestRun> {
  const keys = new Map<string, Value>()
  const run = await createTestRunContext({
    variables: { trigger: { date: '2026-01-02T03:04:05Z' } },
    answer: (name, args) => {
      const { key, value } = args as { key: string; value: Value }
      if (name === 'kv.set') keys.set(key, value)
      return name === 'kv.get' && keys.has(key) ? { value: keys.get(key) ?? null } : name === 'kv.get' ? {} : null
    },
    ...options,
  })
  t.after(() => run.close())
  return run
}

async function runOf(run: TestRun, type: string, properties: ValueMap): Promise<TestResult> {
  const definition = tasks.find(each => each.type === `io.kestra.plugin.fs.${type}`) as TaskDefinition
  return await runTask(definition, properties, run)
}

async function outputsOf(run: TestRun, type: string, properties: ValueMap): Promise<Readonly<Record<string, unknown>>> {
  const { outputs, message } = await runOf(run, type, properties)
  assert.equal(message, undefined, type)
  return outputs
}

function put(path: string, text: string): void {
  writeFileSync(path, text)
  chownSync(path, 61_234, 61_234)
}

function folder(path: string): void {
  mkdirSync(path, { recursive: true })
  chownSync(path, 61_234, 61_234)
}

interface Place {
  /** The folder of the user at the server. */
  readonly home: string
  /** What the paths there begin with. */
  readonly root?: string
  readonly family: string
  readonly connection: ValueMap
}

/** What all families do alike. */
async function tour(run: TestRun, { home, root = '', family, connection }: Place): Promise<void> {
  const go = (name: string, properties: ValueMap): Promise<Readonly<Record<string, unknown>>> =>
    outputsOf(run, `${family}.${name}`, { ...connection, ...properties })
  const fail = async (name: string, properties: ValueMap): Promise<string> =>
    (await runOf(run, `${family}.${name}`, { ...connection, ...properties })).message ?? ''
  const big = Buffer.alloc(3_000_000, 'batuta ')
  const [one, two] = [
    await run.ctx.files.put(big, { extension: '.bin' }),
    await run.ctx.files.put('two', { name: 'two words.csv' }),
  ]

  const up = await go('Upload', { from: one, to: `${root}/in/deep/big.bin` })
  assert.match(String(up['to']), /\/in\/deep\/big\.bin$/)
  assert.ok(!String(up['to']).includes(PASSWORD))
  assert.ok(readFileSync(join(home, 'in/deep/big.bin')).equals(big))
  await go('Uploads', { from: [two], to: `${root}/in` })
  assert.match(await fail('Upload', { from: two, to: `${root}/in/deep/big.bin`, overwrite: false }), /is there already/)

  const list = (await go('List', { from: `${root}/in`, recursive: true, sort: 'NAME_ASC' }))['files'] as {
    path: string
    size: number
  }[]
  assert.deepEqual(
    list.map(({ path, size }) => [path, size]),
    [
      [`${root}/in/deep/big.bin`, 3_000_000],
      [`${root}/in/two words.csv`, 3],
    ],
  )
  const csv = (await go('List', { from: `${root}/in`, recursive: true, regExp: '.*\\.csv' }))['files'] as unknown[]
  assert.equal(csv.length, 1)
  assert.match(await fail('List', { from: `${root}/nowhere` }), /there is no file or folder ".*\/nowhere"/)

  const down = await go('Download', {
    from: `${root}/in/two words.csv`,
    validateChecksum: true,
    checksumAlgorithm: 'MD5',
    checksumExpected: 'b8a9f715dbb64fd5c56e7783c6820a61',
  })
  assert.equal(await run.ctx.files.readText(String(down['to'])), 'two')
  assert.match(
    await fail('Download', { from: `${root}/in/two words.csv`, validateChecksum: true, checksumExpected: 'ff' }),
    /has the SHA_256 checksum/,
  )
  assert.match(await fail('Download', { from: `${root}/in/none` }), /there is no file/)

  await go('Move', { from: `${root}/in/two words.csv`, to: `${root}/done/` })
  assert.ok(existsSync(join(home, 'done/two words.csv')))
  const downs = await go('Downloads', {
    from: `${root}/in`,
    recursive: true,
    action: 'MOVE',
    moveDirectory: `${root}/done`,
  })
  assert.deepEqual(Object.keys(downs['outputFiles'] as object), ['big.bin'])
  assert.ok(existsSync(join(home, 'done/big.bin')))

  assert.match(await fail('Delete', { uri: `${root}/done` }), /is not empty/)
  const gone = await go('Delete', { uri: `${root}/done`, recursive: true })
  assert.equal((gone['uris'] as string[]).length, 2)
  assert.ok(!existsSync(join(home, 'done')))
  assert.equal((await go('Delete', { uri: `${root}/done` }))['deleted'], false)
  assert.match(await fail('Delete', { uri: `${root}/done`, errorOnMissing: true }), /errorOnMissing is true/)
}

async function poll(run: TestRun, family: string, properties: ValueMap, mark?: Value): Promise<PollResult | undefined> {
  const definition = triggers.find(({ type }) => type === `io.kestra.plugin.fs.${family}.Trigger`)
  assert.ok(definition?.kind === 'polling trigger')
  const found = await runPoll(definition, properties, run, { mark })
  return found.outputs === undefined ? undefined : found
}

const namesOf = (found: PollResult | undefined): readonly (readonly [string, string])[] =>
  ((found?.outputs?.['files'] ?? []) as { name: string; changeType: string }[]).map(({ name, changeType }) => [
    name,
    changeType,
  ])

const namesIn = ({ files }: Readonly<Record<string, unknown>>): readonly string[] =>
  (files as { name: string }[]).map(({ name }) => name)

async function triggerTour(run: TestRun, { home, root = '', family, connection }: Place): Promise<void> {
  const properties = { ...connection, from: `${root}/feed`, action: 'NONE' }
  folder(join(home, 'feed'))
  put(join(home, 'feed/a.csv'), 'a')

  const first = await poll(run, family, properties)
  assert.deepEqual(namesOf(first), [['a.csv', 'CREATE']])
  // The engine died before the execution was born: it is given again, and only it.
  put(join(home, 'feed/b.csv'), 'b')
  const again = await poll(run, family, properties)
  assert.deepEqual(namesOf(again), [['a.csv', 'CREATE']])
  const second = await poll(run, family, properties, again?.mark)
  assert.deepEqual(namesOf(second), [['b.csv', 'CREATE']])
  assert.equal(await poll(run, family, properties, second?.mark), undefined)
  put(join(home, 'feed/a.csv'), 'changed')
  utimesSync(join(home, 'feed/a.csv'), 1_700_000_000, 1_700_000_000)
  const third = await poll(run, family, properties, second?.mark)
  assert.deepEqual(namesOf(third), [['a.csv', 'UPDATE']])

  const moving = { ...properties, action: 'MOVE', moveDirectory: `${root}/fed`, stateKey: 'moving', maxFiles: 1 }
  const one = await poll(run, family, moving)
  const two = await poll(run, family, moving, one?.mark)
  assert.deepEqual([...namesOf(one), ...namesOf(two)].map(([name]) => name).toSorted(), ['a.csv', 'b.csv'])
  assert.equal(await poll(run, family, moving, two?.mark), undefined)
  assert.ok(existsSync(join(home, 'fed/b.csv')))
}

test('SFTP', async t => {
  const server = await startSshd()
  t.after(() => server.stop())
  const run = await openRun(t)
  const connection = { host: '127.0.0.1', port: String(server.port), username: USER, password: PASSWORD }

  await tour(run, { home: server.home, family: 'sftp', connection })
  await triggerTour(run, { home: server.home, family: 'sftp', connection })

  const keyed = { ...connection, password: '', keyfile: server.privateKey }
  assert.ok(await outputsOf(run, 'sftp.List', { ...keyed, from: '/feed' }))
  const locked = { ...connection, password: '', keyfile: server.lockedKey }
  assert.ok(await outputsOf(run, 'sftp.List', { ...locked, passphrase: 'locked', from: '/feed' }))
  assert.match(
    (await runOf(run, 'sftp.List', { ...locked, from: '/feed' })).message ?? '',
    /a locked key needs its passphrase/,
  )
  const wrong = await runOf(run, 'sftp.List', { ...connection, password: 'wrong-word', from: '/' })
  assert.match(wrong.message ?? '', /the server takes neither the password nor the key/)
  assert.ok(!JSON.stringify(wrong).includes('wrong-word'))
  // Paths of the server itself.
  assert.ok(await outputsOf(run, 'sftp.List', { ...connection, rootDir: false, from: `${server.home}/feed` }))
})

test('a server that shows another key than before is not believed', async t => {
  const run = await openRun(t)
  const server = await startSshd()
  const connection = { host: '127.0.0.1', port: String(server.port), username: USER, password: PASSWORD }
  await outputsOf(run, 'sftp.List', { ...connection, from: '/' })
  await server.stop()
  const other = await startSshd(server.port)
  t.after(() => other.stop())

  const refused = await runOf(run, 'sftp.List', { ...connection, from: '/' })
  const command = await runOf(run, 'ssh.Command', {
    ...connection,
    commands: ['true'],
    strictHostKeyChecking: 'accept-new',
  })
  const unknown = await runOf(await openRun(t), 'ssh.Command', {
    ...connection,
    commands: ['true'],
    strictHostKeyChecking: 'yes',
  })
  const any = await outputsOf(run, 'ssh.Command', { ...connection, commands: ['true'] })

  assert.match(refused.message ?? '', /shows another key than before \(SHA256:/)
  assert.match(command.message ?? '', /shows another key than before/)
  assert.match(unknown.message ?? '', /is not known; add it to/)
  assert.equal(any['exitCode'], 0)
})

test('SSH commands', async t => {
  const server = await startSshd()
  t.after(() => server.stop())
  const run = await openRun(t)
  const connection = { host: '127.0.0.1', port: String(server.port), username: USER, password: PASSWORD }

  const done = await outputsOf(run, 'ssh.Command', {
    ...connection,
    env: { WORD: "it's" },
    commands: ['echo "$WORD"', 'echo oops >&2', `echo '::{"outputs":{"n":1}}::'`],
  })
  const failed = await runOf(run, 'ssh.Command', { ...connection, commands: ['exit 3'] })
  const config = await runOf(run, 'ssh.Command', { ...connection, authMethod: 'OPEN_SSH', commands: ['true'] })
  const stop = new AbortController()
  const slow = openRun(t, { signal: stop.signal }).then(each => {
    const logged = runOf(each, 'ssh.Command', { ...connection, commands: ['echo begun', 'sleep 60'] })
    const look = (): void =>
      void (each.logs.some(({ message }) => message === 'begun')
        ? stop.abort(new Error('killed'))
        : setTimeout(look, 20))
    look()
    return logged
  })

  assert.deepEqual(done, { vars: { n: 1 }, exitCode: 0 })
  assert.deepEqual(
    run.logs
      .filter(({ message }) => !message.includes('first time'))
      .map(({ level, message }) => [level, message])
      .toSorted(),
    [
      ['INFO', "it's"],
      ['WARN', 'oops'],
    ],
  )
  assert.equal(failed.message, 'the commands ended with code 3')
  assert.equal(failed.outputs['exitCode'], 3)
  assert.match(config.message ?? '', /files and commands of the worker are not used/)
  assert.equal((await slow).state, 'FAILED')
})

test('connections pass the door that judges them', async t => {
  const run = await openRun(t, {
    egress: { mode: 'open', allow: [], deny: [], isPrivateOpen: true, isLoopbackOpen: false },
  })
  for (const type of ['sftp.List', 'ftp.List', 'ftps.List', 'smb.List', 'ssh.Command'])
    for (const host of ['127.0.0.1', 'localhost']) {
      const result = await runOf(run, type, { host, from: '/', commands: ['true'], port: '9' })
      assert.match(result.message ?? '', /may not be called: it is a private address/, `${type} ${host}`)
    }
})

test('FTP and FTPS', async t => {
  const server = await startProftpd()
  t.after(() => server.stop())
  const run = await openRun(t)
  const connection = { host: '127.0.0.1', port: String(server.port), username: USER, password: PASSWORD }

  await tour(run, { home: server.home, family: 'ftp', connection })
  await triggerTour(run, { home: server.home, family: 'ftp', connection })
  await tour(run, {
    home: server.home,
    family: 'ftps',
    connection: { ...connection, insecureTrustAllCertificates: true },
  })
  const untrusted = await runOf(run, 'ftps.List', { ...connection, from: '/' })
  assert.match(untrusted.message ?? '', /no FTP session at .*self-signed certificate/)
  const wrong = await runOf(run, 'ftp.List', { ...connection, password: 'wrong-word', from: '/' })
  assert.match(wrong.message ?? '', /no FTP session at .* as "files": .*Login incorrect/)
  assert.ok(!messageOf(wrong.message).includes('wrong-word'))
})

/** With a client on the PATH. */
async function openSmbd(t: TestContext): Promise<Awaited<ReturnType<typeof startSmbd>>> {
  const server = await startSmbd()
  const before = process.env['PATH'] ?? ''
  process.env['PATH'] = `${server.bin}:${before}`
  t.after(async () => {
    process.env['PATH'] = before
    await server.stop()
  })
  return server
}

test('SMB', { skip: whyNoSmbd() ?? false }, async t => {
  const server = await openSmbd(t)
  const run = await openRun(t)
  const connection = { host: '127.0.0.1', port: String(server.port), username: USER, password: PASSWORD }
  const place = { home: server.home, family: 'smb', connection }
  const failure = async (type: string, properties: ValueMap): Promise<string> => {
    const result = await runOf(run, `smb.${type}`, { ...connection, ...properties })
    assert.ok(!JSON.stringify([result, run.logs]).includes('wrong-word'))
    return result.message ?? ''
  }

  // Samba takes only what is signed, and in the other share only what is encrypted.
  await tour(run, { ...place, root: '/data' })
  await tour(run, { ...place, root: '/sealed' })
  await triggerTour(run, { ...place, root: '/data' })
  put(join(server.home, 'a; b D'), 'odd')
  put(join(server.home, 'grüße – ähnlich lang wie der Platz für Namen.csv'), 'long')

  const odd = await outputsOf(run, 'smb.List', { ...connection, from: '/data', sort: 'NAME_ASC' })
  const again = await run.ctx.files.put('again', { name: 'fed.csv' })
  await outputsOf(run, 'smb.Uploads', { ...connection, from: [again], to: '/data/up' })
  const moved = await outputsOf(run, 'smb.Move', { ...connection, from: '/data/a; b D', to: '/data/new; !id/' })
  const domain = await outputsOf(run, 'smb.List', { ...connection, username: `CHECK\\${USER}`, from: '/data/new; !id' })

  assert.deepEqual(namesIn(odd), ['a; b D', 'grüße – ähnlich lang wie der Platz für Namen.csv'])
  assert.equal(moved['to'], `smb://127.0.0.1:${server.port}/data/new;%20!id/a;%20b%20D`)
  assert.deepEqual(namesIn(domain), ['a; b D'])
  assert.match(
    await failure('List', { password: 'wrong-word', from: '/data' }),
    /takes neither the user nor the password/,
  )
  assert.match(
    await failure('List', { username: '', password: '', from: '/data' }),
    /^no SMB session at .* without a user/,
  )
  assert.match(await failure('List', { from: '/none/x' }), /there is no share "none"/)
  assert.match(await failure('List', { from: '/closed/x' }), /in share "closed": .*NT_STATUS_ACCESS_DENIED/)
  assert.match(await failure('List', { port: '1', from: '/data' }), /NT_STATUS_CONNECTION_REFUSED/)
  assert.match(await failure('Move', { from: '/data/new; !id/a; b D', to: '/sealed/' }), /is in another share/)
  assert.match(
    await failure('Uploads', { from: [again], to: '/data/up' }),
    /fed\.csv" is there already; use a task that/,
  )
  assert.match(await failure('Upload', { from: again, to: '/data/up/' }), /fed\.csv" is there already; set `overwrite/)
  assert.match(await failure('Download', { from: '/data/new; !id' }), /there is no file/)
})

test(
  'a password for SMB is seen by nobody, and a server that says nothing is left when the task is killed',
  {
    skip: whyNoSmbd() ?? false,
  },
  async t => {
    await openSmbd(t)
    const stop = new AbortController()
    const run = await openRun(t, { signal: stop.signal })
    const client = Promise.withResolvers<Shown>()
    const silent = createServer(() => client.resolve(clientOf((silent.address() as AddressInfo).port)))
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    t.after(() => void silent.close())
    const { port } = silent.address() as AddressInfo
    const connection = { host: '127.0.0.1', port: String(port), username: USER, password: 'seen-word' }

    const killed = runOf(run, 'smb.List', { ...connection, from: '/data' })
    const { pid, shown } = await client.promise
    stop.abort(new Error('killed'))
    const { state } = await killed

    assert.match(shown, /PASSWD_FD=3/)
    assert.ok(!shown.includes('seen-word'))
    assert.equal(state, 'FAILED')
    assert.ok(!existsSync(`/proc/${pid}/exe`))
  },
)

interface Shown {
  readonly pid: string
  /** What everybody may see of the process, and what its user may. */
  readonly shown: string
}

function clientOf(port: number): Shown {
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      if (line.includes('smbclient') && line.includes(String(port)))
        return { pid, shown: line + readFileSync(`/proc/${pid}/environ`, 'utf8') }
    } catch {
      // It has ended since.
    }
  }
  throw new Error('no client runs')
}
