// A realtime trigger has one owner. It is killed while its source goes on: another takes over, and every event is an execution once.
import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { TortureCluster } from '../torture/cluster.ts'
import { ask } from '../torture/database-client.ts'
import { installAudit } from './write-audit.ts'

const LINES = 600
const LINE_EVERY_MS = 20
const TAKEOVER_MAX_MS = 40_000
const FLOW = 'lines'

const OWNER = 'select a.name from jobs j join audit_names a on a.node = j.node where j.run = -2'
const BORN = 'select count(*)::integer as n from executions where flow_id = $1'
const EVENTS = `select events from journal j join executions e on e.born_ms = j.born_ms and e.id = j.execution_id
  where e.flow_id = $1 and j.turn = 1`

test('when the owner of a realtime trigger dies another takes over, and no event is lost or doubled', async t => {
  const cluster = await TortureCluster.open({
    nodes: { a: 'standalone', b: 'standalone' },
    flows: (_mark, folder) => [{ id: FLOW, source: flowOf(join(folder, 'lines.txt')), pace: 'never' }],
  })
  t.after(() => cluster.close())
  await installAudit(cluster)
  const file = join(cluster.folder, 'lines.txt')
  writeFileSync(file, '')
  const owner = await until(
    'the watch is out',
    async () => (await ask<{ name: string }>(cluster.database, OWNER))[0]?.name,
  )

  const feeding = feed(file)
  await until('some events are born', async () => ((await born(cluster)) > LINES / 10 ? true : undefined))
  await cluster.node(owner).kill()
  const killedAt = await born(cluster)
  await feeding
  await until('all events are born', async () => ((await born(cluster)) >= LINES ? true : undefined))
  await sleep(1_000)

  const rows = await ask<{ events: string }>(cluster.database, EVENTS, [FLOW])
  const lines = rows.map(({ events }) => /"line":"(line-\d+)"/.exec(events)?.[1] ?? 'none')
  const [next] = await ask<{ name: string }>(cluster.database, OWNER)
  t.diagnostic(`${owner} owned the watch and was killed with ${killedAt} events born; ${next?.name} went on`)
  assert.ok(killedAt < LINES, 'there was something left to take over')
  assert.notEqual(next?.name, owner)
  assert.deepEqual([...lines].sort(), Array.from({ length: LINES }, (_, index) => `line-${index}`).sort())
})

function flowOf(path: string): string {
  return `
id: ${FLOW}
namespace: torture
tasks:
  - { id: show, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.line }}" }
triggers:
  - { id: watch, type: io.batuta.plugin.core.trigger.TestSource, path: ${path}, batch: 7, pause: PT0.02S }
`
}

async function feed(file: string): Promise<void> {
  for (let line = 0; line < LINES; line++) {
    appendFileSync(file, `line-${line}\n`)
    await sleep(LINE_EVERY_MS)
  }
}

async function born(cluster: TortureCluster): Promise<number> {
  return (await ask<{ n: number }>(cluster.database, BORN, [FLOW]))[0]?.n ?? 0
}

async function until<T>(what: string, find: () => Promise<T | undefined>): Promise<T> {
  for (const startMs = performance.now(); performance.now() - startMs < TAKEOVER_MAX_MS;) {
    const found = await find()
    if (found !== undefined) return found
    await sleep(100)
  }
  throw new Error(`waited ${TAKEOVER_MAX_MS} ms: ${what}`)
}
