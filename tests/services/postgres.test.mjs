import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { startPostgres } from './postgres.mjs'

async function ask(server, sql) {
  const client = new pg.Client(server.url)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

function answers(port) {
  const socket = connect(port, '127.0.0.1')
  return new Promise(done => {
    socket.once('connect', () => done(true)).once('error', () => done(false))
  }).finally(() => socket.destroy())
}

test('data in a folder survives a stop and a crash', async t => {
  const dir = await mkdtemp(join(tmpdir(), 'batuta-pg-test-'))
  let third
  t.after(async () => {
    await third?.stop()
    await rm(dir, { recursive: true, force: true })
  })
  const first = await startPostgres({ dir })
  await ask(first, 'create table kept as select 1 as n')
  await first.stop()

  const second = await startPostgres({ dir })
  await ask(second, 'insert into kept values (2)')
  await second.crash()

  third = await startPostgres({ dir })
  assert.equal(await answers(second.port), second.port === third.port)
  assert.deepEqual(await ask(third, 'select n from kept order by n'), [{ n: 1 }, { n: 2 }])
})

test('a server with a password refuses a wrong one', async t => {
  const server = await startPostgres({ password: "it's" })
  t.after(() => server.stop())

  assert.deepEqual(await ask(server, 'select 1 as n'), [{ n: 1 }])
  await assert.rejects(ask({ url: server.url.replace("it's", 'wrong') }, 'select 1'), { code: '28P01' })
})

test('several servers start at once', async t => {
  const servers = await Promise.all([startPostgres(), startPostgres(), startPostgres()])
  t.after(() => Promise.all(servers.map(server => server.stop())))

  assert.equal(new Set(servers.map(server => server.port)).size, 3)
  for (const server of servers) assert.deepEqual(await ask(server, 'select 1 as n'), [{ n: 1 }])
})

test('the server ends with the process that started it, however that one ends', { timeout: 60_000 }, async () => {
  const module = JSON.stringify(new URL('postgres.mjs', import.meta.url))
  const script = `const { startPostgres } = await import(${module}); const server = await startPostgres(); console.log(server.port + ' ' + server.dataDir); process.stdin.resume()`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [printed] = await once(parent.stdout, 'data')
  const [port, dataDir] = String(printed).trim().split(' ')
  assert.equal(await answers(Number(port)), true)

  parent.kill('SIGKILL')

  while (await answers(Number(port))) await setTimeout(20)
  while (existsSync(dirname(dataDir))) await setTimeout(20)
})
