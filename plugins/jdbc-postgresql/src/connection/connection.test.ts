import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { runTask } from '@batuta/plugin-sdk'
import type { TestResult, ValueMap } from '@batuta/plugin-sdk'
import { openRun, query, useTestServer } from '../testing/test-server.ts'

const PASSWORD = 'p:a/s&s w@rd'
const tls = makeCertificates()
const server = useTestServer({
  password: PASSWORD,
  ...(tls === undefined
    ? {}
    : { settings: { ssl: 'on' }, files: { 'server.crt': tls.serverCert, 'server.key': tls.serverKey } }),
})

interface Certificates {
  readonly root: string
  readonly serverCert: string
  readonly serverKey: string
}

/** An authority of our own and a certificate for localhost; undefined where there is no openssl. */
function makeCertificates(): Certificates | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-tls-'))
  const openssl = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  try {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=Test authority',
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
    )
    openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-keyout', 's.key', '-out', 's.csr')
    openssl('x509', '-req', '-in', 's.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 's.crt')
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
    return { root: read('ca.crt'), serverCert: read('s.crt'), serverKey: read('s.key') }
  } catch {
    // Without openssl the tests of TLS are skipped.
    return undefined
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const WHO = `select current_user as name, current_database() as db, current_setting('search_path') as path,
  current_setting('application_name') as app, current_setting('statement_timeout') as timeout,
  coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as encrypted`

async function connect(t: TestContext, properties: ValueMap): Promise<TestResult> {
  const run = await openRun(t)
  return runTask(query, { sql: WHO, fetchType: 'FETCH_ONE', ...properties }, run)
}

function rowOf(result: TestResult): Readonly<Record<string, unknown>> {
  assert.equal(result.message, undefined)
  return result.outputs['row'] as Readonly<Record<string, unknown>>
}

test('user, password and settings come from properties or from the URL', async t => {
  const byProperties = await connect(t, { url: server.jdbcUrl, username: 'postgres', password: PASSWORD })
  const byUrl = await connect(t, {
    url: `${server.jdbcUrl}?user=postgres&password=${encodeURIComponent(PASSWORD)}&currentSchema=a,b&ApplicationName=My%20app&options=-c%20statement_timeout=5min`,
  })
  const withoutDatabase = await connect(t, {
    url: `jdbc:postgresql://127.0.0.1:${server.port}/`,
    username: 'postgres',
    password: PASSWORD,
    connectionPooling: false,
  })

  const expected = { name: 'postgres', db: 'postgres', path: '"$user", public', app: 'Batuta', timeout: '0' }
  assert.partialDeepStrictEqual(rowOf(byProperties), expected)
  assert.partialDeepStrictEqual(rowOf(byUrl), { ...expected, path: 'a,b', app: 'My app', timeout: '5min' })
  assert.equal(rowOf(withoutDatabase)['db'], 'postgres')
})

test('a refusal names host and port and never the password', async t => {
  const url = server.jdbcUrl
  const messages = await Promise.all(
    [
      { url, username: 'postgres', password: 'wr0ng-secret' },
      { url, username: 'postgres' },
      { url: url.replace(/postgres$/, 'ghost'), username: 'postgres', password: PASSWORD },
      { url: `${url}?user=postgres&password=wr0ng-secret&sslmode=disable` },
    ].map(async properties => (await connect(t, properties)).message ?? ''),
  )

  for (const message of messages) {
    assert.ok(message.startsWith(`cannot connect to PostgreSQL at 127.0.0.1:${server.port}, database`), message)
    assert.ok(!message.includes('secret') && !message.includes(PASSWORD), message)
  }
  assert.match(messages[0] ?? '', /refuses the password of "postgres" \(SQLSTATE 28P01\)/)
  assert.match(messages[1] ?? '', /asks for a password and the task has none/)
  assert.match(messages[2] ?? '', /there is no such database \(SQLSTATE 3D000\)/)
})

test('a password never gets into the log', async t => {
  const run = await openRun(t)

  await runTask(
    query,
    {
      url: server.jdbcUrl,
      username: 'postgres',
      password: PASSWORD,
      sql: `do $$ begin raise notice 'it is ${PASSWORD}'; end $$`,
    },
    run,
  )

  assert.deepEqual(
    run.logs.map(line => line.message),
    ['it is ******'],
  )
})

test('nobody at the port, no such host, and a host that says nothing are told apart', { timeout: 20_000 }, async t => {
  const silent = createServer(socket => socket.resume()).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.after(() => silent.close())
  const { port } = silent.address() as AddressInfo
  const messageOf = async (url: string): Promise<string> =>
    (await connect(t, { url, username: 'u', password: 'p' })).message ?? ''

  assert.match(
    await messageOf('jdbc:postgresql://127.0.0.1:1/db'),
    /127\.0\.0\.1:1, .*nobody listens there \(ECONNREFUSED\).*container/,
  )
  assert.match(await messageOf('jdbc:postgresql://no-such-host.invalid/db'), /there is no host of that name/)
  assert.match(await messageOf(`jdbc:postgresql://127.0.0.1:${port}/db?connectTimeout=1`), /no answer within 1 s/)
})

test('of several hosts the first that will do is taken', async t => {
  const credentials = { username: 'postgres', password: PASSWORD }
  const hosts = `127.0.0.1:1,127.0.0.1:${server.port}`

  const found = await connect(t, {
    url: `jdbc:postgresql://${hosts}/postgres?targetServerType=primary`,
    ...credentials,
  })
  const preferred = await connect(t, {
    url: `jdbc:postgresql://${hosts}/postgres?targetServerType=preferSecondary`,
    ...credentials,
  })
  const none = await connect(t, {
    url: `jdbc:postgresql://${hosts}/postgres?targetServerType=secondary`,
    ...credentials,
  })

  assert.equal(rowOf(found)['name'], 'postgres')
  assert.equal(rowOf(preferred)['name'], 'postgres')
  assert.match(none.message ?? '', /127\.0\.0\.1:1.*nobody listens there.*; 127\.0\.0\.1:\d+ is not the secondary/)
})

test('a connection may be for reading only', async t => {
  const result = await connect(t, {
    url: `${server.jdbcUrl}?readOnly=true`,
    username: 'postgres',
    password: PASSWORD,
    sql: 'create table x (id int)',
  })

  assert.match(result.message ?? '', /read-only transaction \(SQLSTATE 25006\)/)
})

test('TLS is used when it is there, verified when it is to be, and left out when it is not wanted', async t => {
  if (tls === undefined) return t.skip('there is no openssl here')
  const credentials = { username: 'postgres', password: PASSWORD }
  const byName = `jdbc:postgresql://localhost:${server.port}/postgres`
  const encrypted = async (properties: ValueMap): Promise<unknown> =>
    rowOf(await connect(t, { url: byName, ...credentials, ...properties }))['encrypted']

  assert.equal(await encrypted({}), true)
  assert.equal(await encrypted({ sslMode: 'DISABLE' }), false)
  assert.equal(await encrypted({ sslMode: 'ALLOW' }), false)
  assert.equal(await encrypted({ sslMode: 'REQUIRE' }), true)
  assert.equal(await encrypted({ ssl: true, sslRootCert: tls.root }), true)
  assert.equal(await encrypted({ url: server.jdbcUrl, sslMode: 'VERIFY_CA', sslRootCert: tls.root }), true)
  assert.equal(await encrypted({ url: `${byName}?sslmode=verify-full`, sslRootCert: tls.root }), true)

  const distrusted = await connect(t, { url: byName, ...credentials, ssl: true })
  const misnamed = await connect(t, {
    url: server.jdbcUrl,
    ...credentials,
    sslMode: 'VERIFY_FULL',
    sslRootCert: tls.root,
  })
  assert.match(distrusted.message ?? '', /certificate is not trusted .*set `sslRootCert`/)
  assert.match(misnamed.message ?? '', /certificate is for another name/)
})

test('a kill reaches the server over TLS too', { timeout: 20_000 }, async t => {
  if (tls === undefined) return t.skip('there is no openssl here')
  const stop = new AbortController()
  const run = await openRun(t, { signal: stop.signal })
  const started = performance.now()
  setTimeout(() => stop.abort(new Error('stopped')), 300)

  await runTask(
    query,
    { url: server.jdbcUrl, username: 'postgres', password: PASSWORD, sslMode: 'REQUIRE', sql: 'select pg_sleep(30)' },
    run,
  )

  assert.ok(performance.now() - started < 19_000)
})
