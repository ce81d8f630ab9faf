import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takeSnapshot, type ExecutionState } from '@batuta/core'
import { JOB, TestEngine } from '../engine/testing/test-engine.ts'
import { LargeExecutions } from '../http/executions/large-executions.ts'
import type { Tables } from '../storage/memory/tables.ts'
import type { SnapshotPart } from '../storage/snapshots.ts'
import type { Reads } from '../storage/store.ts'
import { foldJournal, type Folded } from './fold-journal.ts'
import { Snapshots } from './snapshots.ts'

const ITERATIONS = 6_000
const LOOP = `
tasks:
  - id: loop
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, ${ITERATIONS}) }}"
    tasks: [{ id: note, type: io.kestra.plugin.core.debug.Return, format: "v{{ taskrun.value }}" }]`
const THEN_JOB = `${LOOP}
  - { id: job, type: ${JOB} }`

interface World {
  readonly engine: TestEngine
  readonly id: string
}

/** What a large loop came to, with its snapshot once it has ended. */
async function played(
  body: string,
  options?: { readonly tables?: Tables; readonly idleMaxBytes?: number },
): Promise<World> {
  const engine = await TestEngine.open(options)
  await engine.saveFlow('large', body)
  const id = await engine.started('large')
  for (let turn = 0; turn < 100 && engine.stateOf(id) === 'RUNNING' && engine.timers.length === 0; turn++)
    await engine.settled()
  // Whoever waited for its end may look at it in memory before.
  engine.clock.advance(60_000)
  return { engine, id }
}

/** Reads it as somebody does who sees it for the first time, and counts what is read of the journal. */
async function readAnew(
  { engine, id }: World,
  snapshots: Pick<Snapshots, 'read'> | null = newSnapshots(engine),
): Promise<{ readonly rows: number } & Folded> {
  let rows = 0
  const read: Reads = {
    ...engine.store.read,
    journalOf: async (...asked) => {
      const found = await engine.store.read.journalOf(...asked)
      rows += found.length
      return found
    },
  }
  const fold = await foldJournal(id, { store: { read }, flows: engine.flows, ...(snapshots && { snapshots }) })
  assert.equal(fold.type, 'folded')
  return { ...fold, rows }
}

function newSnapshots({ store, clock, notices }: TestEngine): Snapshots {
  return new Snapshots({ store, platform: clock, onNotice: message => void notices.push(message) })
}

/** All that a state tells, the packed runs among it. */
function told(state: ExecutionState): unknown {
  return takeSnapshot({ ...state, agenda: [] }, structuredClone)
}

async function changePart({ engine, id }: World, part: number, change: (bytes: Buffer) => Uint8Array): Promise<void> {
  const head = await engine.store.read.findSnapshot(id)
  assert.ok(head)
  const [found]: readonly SnapshotPart[] =
    part === 0
      ? [{ part, bytes: head.bytes }]
      : await engine.store.read.snapshotPartsOf(id, head.turn, { after: part - 1, limit: 1 })
  assert.ok(found)
  const bytes = change(Buffer.from(found.bytes))
  await engine.store.perform('saveSnapshotPart', { executionId: id, turn: head.turn, part, bytes })
}

test('a large execution that has ended is read of its snapshot, and is what its journal tells', async () => {
  const world = await played(LOOP)
  await world.engine.snapshots.stop()

  const [byJournal, bySnapshot] = [await readAnew(world, null), await readAnew(world)]

  assert.equal(world.engine.stateOf(world.id), 'SUCCESS')
  assert.ok(byJournal.rows > 40 && bySnapshot.rows < 40, `${byJournal.rows} and ${bySnapshot.rows} rows were read`)
  assert.equal(bySnapshot.state.runs.length, ITERATIONS + 1)
  assert.deepEqual(bySnapshot.state.runs.at(4711)?.outputs, { value: 'v4711' })
  assert.deepEqual(told(bySnapshot.state), told(byJournal.state))
  assert.equal(bySnapshot.latestMs, byJournal.latestMs)
})

test('an engine that stops keeps what has just ended', async () => {
  const engine = await TestEngine.open()
  await engine.saveFlow('large', LOOP)
  const id = await engine.started('large')
  while (engine.stateOf(id) === 'RUNNING') await engine.settled()

  await engine.engine.stop()
  await engine.snapshots.stop()

  assert.ok((await readAnew({ engine, id })).snapshotTurn)
})

test('what came after the snapshot is folded on', async () => {
  // There is no room for executions that rest: it is forgotten as soon as its job is out.
  const world = await played(THEN_JOB, { idleMaxBytes: 0 })
  await world.engine.snapshots.stop()
  await world.engine.settle(world.id, { run: ITERATIONS + 1 })

  const [byJournal, bySnapshot] = [await readAnew(world, null), await readAnew(world)]

  assert.equal(bySnapshot.state.state, 'SUCCESS')
  assert.ok(bySnapshot.rows < 40 && bySnapshot.state.turn > (bySnapshot.snapshotTurn ?? 0), `${bySnapshot.rows} rows`)
  assert.deepEqual(told(bySnapshot.state), told(byJournal.state))
})

const FAULTS: readonly (readonly [string, number, (bytes: Buffer) => Uint8Array, number])[] = [
  [
    'is of another version',
    0,
    bytes => Buffer.from(bytes.toString('latin1').replace('"stamp":"', '"stamp":"0'), 'latin1'),
    0,
  ],
  [
    'has a part of another writer',
    1,
    bytes => Buffer.from(bytes.toString('latin1').replace('"writer":"', '"writer":"0'), 'latin1'),
    0,
  ],
  ['was cut off', 0, bytes => bytes.subarray(0, bytes.length / 2), 1],
  ['has a part that is no part', 1, () => new Uint8Array([1, 2, 3]), 1],
]
for (const [name, part, change, notices] of FAULTS)
  test(`a snapshot that ${name} is left alone, and the journal read`, async () => {
    const world = await played(LOOP)
    await world.engine.snapshots.stop()
    await changePart(world, part, change)

    const read = await readAnew(world)

    assert.ok(read.rows > 40 && read.snapshotTurn === undefined)
    assert.equal(read.state.state, 'SUCCESS')
    assert.equal(world.engine.notices.length, notices, world.engine.notices.join('\n'))
  })

test('of an execution that is deleted no snapshot is written', async () => {
  const world = await played(LOOP)
  await world.engine.store.perform('deleteExecution', { id: world.id })
  await world.engine.snapshots.stop()

  assert.equal(await world.engine.store.read.findSnapshot(world.id), undefined)
  assert.deepEqual(world.engine.notices, [])
})

test('who reads a large one that has ended and has no snapshot leaves one', async () => {
  const world = await played(LOOP)
  const { engine, id } = world
  await engine.snapshots.stop()
  engine.tables.snapshots.clear()
  const snapshots = newSnapshots(engine)
  const large = new LargeExecutions(engine.clock)

  await large.read(id, { store: engine.store, flows: engine.flows, snapshots })
  await snapshots.stop()
  large.stop()

  assert.ok((await readAnew(world)).snapshotTurn)
})

test('a snapshot that cannot be written is told of, and nothing else', async () => {
  const engine = await TestEngine.open()
  const { perform } = engine.store
  Object.assign(engine.store, {
    perform: async (name: Parameters<typeof perform>[0], args: never) =>
      await (name === 'saveSnapshotPart' ? Promise.reject(new Error('no space left')) : perform(name, args)),
  })
  await engine.saveFlow('large', LOOP)
  const id = await engine.started('large')
  while (engine.stateOf(id) === 'RUNNING') await engine.settled()
  engine.clock.advance(60_000)
  await engine.snapshots.stop()

  assert.equal(engine.stateOf(id), 'SUCCESS')
  assert.match(engine.notices.join('\n'), /the snapshot of the execution ".+" could not be written/)
})

test('small executions have none', async () => {
  const engine = await TestEngine.open()
  await engine.saveFlow('small', 'tasks: [{ id: a, type: io.kestra.plugin.core.debug.Return, format: x }]')
  const id = await engine.started('small')
  await engine.snapshots.stop()

  assert.equal(engine.stateOf(id), 'SUCCESS')
  assert.equal(await engine.store.read.findSnapshot(id), undefined)
})
