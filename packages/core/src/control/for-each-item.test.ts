import assert from 'node:assert/strict'
import { test } from 'node:test'
import { play, type Player } from '../execution/testing/player.ts'
import { batchQuestionOf } from '../execution/batch-question.ts'
import { Fuel } from '../expression/fuel.ts'
import { toPlain } from '../std/value-plain.ts'

function forEachItem(more = ''): string {
  return `
tasks:
  - id: each
    type: core.flow.ForEachItem
    items: "kestra:///in.txt"
    batch: { rows: 2 }
    namespace: a.b
    flowId: child
    inputs: { chunk: "{{ taskrun.items }}", nr: "{{ taskrun.iteration }}" }
    ${more}
  - { id: end, type: core.debug.Return, format: "{{ outputs.each_items.numberOfBatches ?? 0 }}" }`
}

function begun(more = '', batches: readonly string[] = ['kestra:///0', 'kestra:///1']): Player {
  const player = play(forEachItem(more))
  player.settle('each_split', 'SUCCESS', { splits: 'kestra:///splits.txt' })
  player.answer('each_items', 'batches:list', { value: batches })
  return player
}

function endChild(
  player: Player,
  lane: number,
  state: 'SUCCESS' | 'FAILED' | 'KILLED' | 'WARNING',
  outputs = {},
): void {
  const [run, childId] =
    [...player.state.children].find(([ordinal]) => player.state.runs.at(ordinal)?.lane === lane) ?? []
  assert.ok(run !== undefined && childId !== undefined)
  player.take({ type: 'child-ended', executionId: player.state.id, run, childId, state, outputs })
}

test('the split names the batches, and each gets a child with its own inputs', () => {
  const player = begun()

  const births = player.sent.flatMap(signal => (signal.type === 'create' ? [signal.birth] : []))
  assert.deepEqual(
    births.map(({ inputs }) => toPlain(inputs)),
    [
      { chunk: 'kestra:///0', nr: '0' },
      { chunk: 'kestra:///1', nr: '1' },
    ],
  )
  const [first] = births
  assert.deepEqual(
    [first?.trigger?.id, first?.trigger?.type],
    ['each_items', 'io.kestra.plugin.core.flow.ForEachItem$ForEachItemExecutable'],
  )
  const told = toPlain(first?.trigger?.variables ?? null) as {
    taskRunIteration: number
    taskRunOutputs: { uri: string }
  }
  assert.equal(told.taskRunIteration, 0)
  assert.match(told.taskRunOutputs.uri, /^\/\/\/a\/b\/f\/executions\/.*\/tasks\/each-items\/.*\/0\/outputs\.ion$/)
})

test('the counts of the children are the output, and their outputs are joined', () => {
  const player = begun()
  endChild(player, 1, 'SUCCESS', { text: 'b' })
  endChild(player, 0, 'SUCCESS', { text: 'a' })
  const view = { state: player.state, plan: player.plan, env: envOf(player) }
  const question = batchQuestionOf(view, { run: player.run('each_items').ordinal, slot: 'batches:outputs' })
  assert.ok(question?.type === 'keep')
  assert.deepEqual([...question.outputs.keys()].sort(), [0, 1])
  player.answer('each_items', 'batches:outputs', { value: 'kestra:///kept' })

  assert.deepEqual(toPlain(player.run('each_items').outputs ?? null), {
    numberOfBatches: 2,
    iterations: { CREATED: 0, RUNNING: 0, SUCCESS: 2 },
    subflowOutputsBaseUri: 'kestra:///kept',
  })
  player.settle('each_merge', 'SUCCESS', { subflowOutputs: 'kestra:///merged' })
  assert.equal(player.order, 'each each_split each_items each_merge end')
  assert.equal(player.run('end').outputs?.['value' as never], '2')
})

function envOf(player: Player): Parameters<typeof batchQuestionOf>[0]['env'] {
  return {
    nowMs: player.nowMs,
    zone: 'UTC',
    locale: 'en',
    fuel: new Fuel(),
    random: () => 0.5,
    configuredRoots: new Map(),
    newId: () => '',
    prepareChild: () => ({ problem: '' }),
  }
}

test('a failed child does not stop the others, and then the merge is not run', () => {
  const player = begun()
  endChild(player, 0, 'FAILED')
  assert.equal(player.states['each_items'], 'RUNNING')
  endChild(player, 1, 'SUCCESS')

  assert.deepEqual(toPlain(player.run('each_items').outputs ?? null), {
    numberOfBatches: 2,
    iterations: { CREATED: 0, RUNNING: 0, FAILED: 1, SUCCESS: 1 },
  })
  assert.deepEqual(player.shown.runs.slice(2), ['each_items: CREATED RUNNING FAILED | FAILED'])
  assert.equal(player.state.state, 'FAILED')
})

test('a restart restarts the children that failed', () => {
  const player = begun()
  endChild(player, 0, 'FAILED')
  endChild(player, 1, 'SUCCESS')
  player.restart()
  assert.equal(player.state.children.size, 1)
  endChild(player, 0, 'SUCCESS')

  assert.deepEqual((toPlain(player.run('each_items').outputs ?? null) as { iterations: unknown }).iterations, {
    CREATED: 0,
    RUNNING: 0,
    SUCCESS: 2,
  })
  player.settle('each_merge')
  assert.equal(player.state.state, 'SUCCESS')
})

test('with transmitFailed false it ends well', () => {
  const player = begun('transmitFailed: false')
  endChild(player, 0, 'FAILED')
  endChild(player, 1, 'SUCCESS')
  player.settle('each_merge')

  assert.equal(player.state.state, 'SUCCESS')
  assert.deepEqual((toPlain(player.run('each_items').outputs ?? null) as { iterations: unknown }).iterations, {
    CREATED: 0,
    RUNNING: 0,
    FAILED: 1,
    SUCCESS: 1,
  })
})

test('children that are not waited for count as ended', () => {
  const player = begun('wait: false')

  assert.deepEqual(toPlain(player.run('each_items').outputs ?? null), {
    numberOfBatches: 2,
    iterations: { RUNNING: 0, SUCCESS: 2 },
  })
})

test('of an empty file nothing is started', () => {
  const player = begun('', [])
  player.settle('each_merge')

  assert.deepEqual(player.shown.runs[2], 'each_items: CREATED SUCCESS | ')
  assert.equal(player.run('each_items').outputs, undefined)
  assert.equal(player.state.state, 'SUCCESS')
})

test('a kill reaches all children', () => {
  const player = begun()
  player.kill(true)

  assert.equal(player.sent.filter(signal => signal.type === 'command').length, 2)
  endChild(player, 0, 'KILLED')
  endChild(player, 1, 'KILLED')
  assert.equal(player.state.state, 'KILLED')
})

test('errors of the group run when a batch failed', () => {
  const player = begun('errors: [{ id: e, type: core.debug.Return, format: x }]')
  endChild(player, 0, 'FAILED')
  endChild(player, 1, 'WARNING')

  assert.deepEqual([player.states['each'], player.states['e']], ['FAILED', 'SUCCESS'])
})

test('what may fail may fail in its batches: what the others gave is joined', () => {
  const ends = (more: string): Player => {
    const player = begun(more)
    endChild(player, 0, 'SUCCESS')
    endChild(player, 1, 'FAILED')
    player.settle('each_merge')
    return player
  }

  const warned = ends('allowFailure: true')
  const silent = ends('allowFailure: true\n    allowWarning: true')

  assert.deepEqual([warned.states['each_items'], warned.states['each']], ['WARNING', 'WARNING'])
  assert.deepEqual([silent.states['each_items'], silent.states['each']], ['SUCCESS', 'SUCCESS'])
  assert.equal(warned.state.state, 'WARNING')
})

test('a failed batch weighs more than a killed one', () => {
  const player = begun()
  endChild(player, 0, 'KILLED')
  endChild(player, 1, 'FAILED')

  assert.equal(player.states['each_items'], 'FAILED')
})

test('a restart shows the batches begun again, and the group around them running on', () => {
  const player = begun()
  endChild(player, 0, 'SUCCESS')
  endChild(player, 1, 'FAILED')

  player.restart()

  assert.deepEqual(
    player.shown.runs.filter(run => !run.includes('split')).map(run => run.split(' |')[0]),
    ['each: CREATED RUNNING FAILED RUNNING', 'each_items: CREATED RUNNING FAILED RESTARTED RUNNING'],
  )
})
