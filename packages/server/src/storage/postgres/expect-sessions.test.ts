import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, connect as connectTo } from 'node:net'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres, type Postgres } from '../../../../../tests/services/postgres.mjs'
import { executionRow, join } from '../contract/subject.ts'
import { openTestStore } from './testing/test-database.ts'

const POOLER = '/usr/sbin/pgbouncer'
const NOBODY = 65534

let server: Postgres

before(async () => {
  server = await startPostgres({ fsync: true })
})
after(async () => await server.stop())

test('a pooler of transactions is refused with the way out', async t => {
  const url = await startPooler(t, 'transaction')
  if (url === undefined) return

  await assert.rejects(openTestStore(t, url), /pooler that pools transactions.*let the pooler pool sessions/)
})

test('through a pooler of sessions everything works', async t => {
  const url = await startPooler(t, 'session')
  if (url === undefined) return
  const { store } = await openTestStore(t, url)
  const heard: string[] = []
  store.cluster?.onHint(hint => void heard.push(hint))
  const node = await join(store)

  for (let index = 0; index < 20; index++) {
    const flushed = node.write({ births: [executionRow(`e${index}`)] })
    await Promise.all([flushed, store.read.findFlow({ tenant: 'main', namespace: 'n', flowId: 'f' })])
  }

  for (let wait = 0; wait < 200 && !heard.includes('signals'); wait++) {
    await store.cluster?.sendSignals([{ id: `s${wait}`, shard: 0, executionId: 'e1', body: '{}' }])
    await sleep(20)
  }
  assert.ok(heard.includes('signals'))
})

/** Undefined, and the test skipped, where there is no PgBouncer. */
async function startPooler(t: TestContext, mode: 'session' | 'transaction'): Promise<string | undefined> {
  if (!existsSync(POOLER)) {
    t.skip(`needs PgBouncer (${POOLER})`)
    return undefined
  }
  const port = await freePort()
  const folder = mkdtempSync(joinPath(tmpdir(), 'batuta-pooler-'))
  chmodSync(folder, 0o755)
  const config = joinPath(folder, 'pooler.ini')
  writeFileSync(joinPath(folder, 'users.txt'), '"postgres" ""\n')
  const lines = [
    '[databases]',
    `postgres = user=postgres host=127.0.0.1 port=${server.port} dbname=postgres`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'auth_type = any',
    `auth_file = ${folder}/users.txt`,
    `pool_mode = ${mode}`,
    'unix_socket_dir =',
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  const isRoot = process.getuid?.() === 0
  const pooler = spawn(POOLER, ['-q', config], { stdio: 'ignore', ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}) })
  t.after(async () => {
    const isOver = new Promise(resolve => pooler.once('exit', resolve))
    if (pooler.kill('SIGKILL')) await isOver
    rmSync(folder, { recursive: true })
  })
  while (!(await answers(port))) await sleep(20)
  return `postgres://postgres@127.0.0.1:${port}/postgres`
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise(resolve => probe.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connectTo(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
