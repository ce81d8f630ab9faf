import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createCatalogue } from '@batuta/core'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import type { FlowKey } from '../storage/store.ts'
import { openFlowCatalogue } from './flow-catalogue.ts'
import { watchFlows, type FlowsDir } from './flows-dir.ts'
import { deleteFlow, judgeFlow, saveFlow, type SaveWorld } from './save-flow.ts'

interface Opened {
  readonly folder: string
  readonly world: SaveWorld
  readonly told: readonly string[]
  write(name: string, text: string): Promise<void>
  read(name: string): Promise<string>
  /** Of `ns.id`; undefined when there is no such flow. */
  source(name: string): Promise<string | undefined>
  save(source: string): Promise<void>
}

async function open(t: TestContext, files: Readonly<Record<string, string>> = {}, isNamed = true): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'batuta-flows-'))
  const store = openMemoryStore(newTables(), () => 1)
  const told: string[] = []
  const tell = (message: string, error?: unknown): void => void told.push(`${message} ${String(error ?? '')}`.trim())
  let dir: FlowsDir | undefined
  const world: SaveWorld = {
    store,
    flows: await openFlowCatalogue(store),
    catalogue: createCatalogue([]),
    globalDefaults: [],
    tenant: 'main',
    nowMs: () => 1,
    firstDateOf: () => null,
    onChanged: async key => void dir?.mirror(key),
  }
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  for (const [name, text] of Object.entries(files)) await write(name, text)
  dir = await watchFlows(world, { folder, isNamed, log: { info: tell, warn: tell, error: tell } })
  t.after(async () => {
    dir?.stop()
    await rm(folder, { recursive: true })
  })
  return {
    folder,
    world,
    told,
    write,
    read: name => readFile(join(folder, name), 'utf8'),
    source: async name => (await store.read.findFlow(keyOf(name)))?.source,
    save: async source => {
      const { flow } = judgeFlow(source, world)
      assert.ok(flow)
      await saveFlow(source, flow, world)
    },
  }
}

function keyOf(name: string): FlowKey {
  const at = name.lastIndexOf('.')
  return { tenant: 'main', namespace: name.slice(0, at), flowId: name.slice(at + 1) }
}

function flow(id: string, more = '', message = 'hi'): string {
  return `id: ${id}\n${more}tasks:\n  - id: one\n    type: io.kestra.plugin.core.log.Log\n    message: ${message}\n`
}

const WAIT_MAX_MS = 60_000

/** How long it took until it was so. */
async function until(what: () => Promise<boolean> | boolean): Promise<number> {
  const fromMs = performance.now()
  while (!(await what())) {
    if (performance.now() - fromMs > WAIT_MAX_MS) assert.fail('it never came')
    await sleep(2)
  }
  return performance.now() - fromMs
}

test('a file that is saved is a flow', async t => {
  const { write, source } = await open(t, { 'a.yaml': flow('a', 'namespace: team\n') })
  const times: number[] = []

  for (let index = 0; index < 3; index++) {
    const text = flow('a', 'namespace: team\n', `text-${index}`)
    await write('a.yaml', text)
    times.push(await until(async () => (await source('team.a')) === text))
  }

  t.diagnostic(`ms until then: ${times.map(time => Math.round(time)).join(' ')}`)
})

test('a flow without a namespace is of its folder, and its own word counts more', async t => {
  const { source } = await open(t, {
    'company/team/a.yaml': flow('a'),
    'company/b.yml': flow('b', 'namespace: other\n'),
    'notes.txt': 'no flow',
  })

  assert.match((await source('company.team.a')) ?? '', /\nnamespace: company\.team\n$/)
  assert.ok(await source('other.b'))
})

test('a mistake is told with its place, and what was saved before stays', async t => {
  const { write, source, told } = await open(t, { 'a.yaml': flow('a', 'namespace: team\n') })
  const good = await source('team.a')

  await write('a.yaml', 'id: a\nnamespace: team\ntasks:\n  - id: one\n    type: io.kestra.plugin.core.log.Lgo\n')
  await until(() => told.some(message => /^a\.yaml:5:\d+ /.test(message)))
  await write('a.yaml', 'id: [')
  await until(() => told.length > 1)

  assert.equal(await source('team.a'), good)
})

test('a file that is gone takes its flows with it, one that is replaced does not', async t => {
  const both = `${flow('a', 'namespace: team\n')}---\n${flow('b', 'namespace: team\n')}`
  const { folder, write, source } = await open(t, { 'two.yaml': both, 'c.yaml': flow('c', 'namespace: team\n') })

  await write('two.yaml', flow('a', 'namespace: team\n'))
  await until(async () => (await source('team.b')) === undefined)
  await rm(join(folder, 'c.yaml'))
  await sleep(50)
  await write('c.yaml', flow('c', 'namespace: team\n'))
  await rm(join(folder, 'two.yaml'))
  await until(async () => (await source('team.a')) === undefined)

  assert.ok(await source('team.c'))
})

test('a flow that is saved or deleted elsewhere is written back', async t => {
  const both = `${flow('a', 'namespace: team\n')}---\n${flow('b', 'namespace: team\n')}`
  const { folder, world, save, read, source } = await open(t, { 'two.yaml': both })
  const changed = flow('a', 'namespace: team\n', 'changed')

  await save(changed)
  await until(async () => (await read('two.yaml')).includes('changed'))
  await save(flow('new', 'namespace: team.deep\n'))
  await until(() => existsSync(join(folder, 'team', 'deep', 'new.yaml')))
  await deleteFlow(keyOf('team.b'), world)
  await until(async () => !(await read('two.yaml')).includes('id: b'))
  await deleteFlow(keyOf('team.deep.new'), world)
  await until(() => !existsSync(join(folder, 'team', 'deep', 'new.yaml')))

  assert.equal((await read('two.yaml')).trim(), changed.trim())
  assert.ok(await source('team.a'))
})

test('a folder that nobody named gets no new files', async t => {
  const { folder, save, read } = await open(t, { 'a.yaml': flow('a', 'namespace: team\n') }, false)

  await save(flow('b', 'namespace: team\n'))
  await save(flow('a', 'namespace: team\n', 'changed'))
  await until(async () => (await read('a.yaml')).includes('changed'))

  assert.ok(!existsSync(join(folder, 'team')))
})
