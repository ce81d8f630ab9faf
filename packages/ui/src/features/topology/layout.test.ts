import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flowBlocks, walkBlocks } from './flow-blocks.ts'
import { dagColumns, layOut, type Layout, type PlacedNode } from './layout.ts'

const log = (id: string, more: object = {}): object => ({ id, type: 'io.kestra.plugin.core.log.Log', ...more })
const group = (id: string, name: string, more: object): object => ({
  id,
  type: `io.kestra.plugin.core.flow.${name}`,
  ...more,
})
const nodeOf = ({ nodes }: Layout, path: string): PlacedNode => {
  const node = nodes.find(({ id }) => id === path)
  assert.ok(node, `no node ${path}`)
  return node
}
const edgesOf = ({ edges }: Layout): readonly string[] => edges.map(({ from, to }) => `${from} → ${to}`)

test('tasks of a list stand in one row, from left to right', () => {
  const layout = layOut(flowBlocks({ tasks: [log('a'), log('b')] }))

  const [a, b] = [nodeOf(layout, 'tasks[0]'), nodeOf(layout, 'tasks[1]')]
  assert.equal(a.y, b.y)
  assert.ok(b.x > a.x + a.width)
  assert.deepEqual(edgesOf(layout), ['start → tasks[0]', 'tasks[0] → tasks[1]', 'tasks[1] → end'])
})

test('tasks of a Parallel stand below one another, inside of its frame', () => {
  const layout = layOut(flowBlocks({ tasks: [group('p', 'Parallel', { tasks: [log('a'), log('b'), log('c')] })] }))

  const [frame, a, c] = [
    nodeOf(layout, 'tasks[0]'),
    nodeOf(layout, 'tasks[0].tasks[0]'),
    nodeOf(layout, 'tasks[0].tasks[2]'),
  ]
  assert.equal(a.x, c.x)
  assert.ok(c.y > a.y + a.height)
  assert.ok(a.y > frame.y && c.y + c.height < frame.y + frame.height)
  assert.ok(edgesOf(layout).includes('tasks[0]/in → tasks[0].tasks[1]'))
  assert.ok(edgesOf(layout).includes('tasks[0].tasks[1] → tasks[0]/out'))
})

test('branches carry the words on the way into them', () => {
  const layout = layOut(
    flowBlocks({ tasks: [group('choose', 'If', { condition: 'x', then: [log('yes')], else: [log('no')] })] }),
  )

  const labels = layout.edges.flatMap(({ to, label }) => (label === undefined ? [] : [`${to} ${label}`]))
  assert.deepEqual(labels, ['tasks[0].then[0] then', 'tasks[0].else[0] else'])
})

test('no two boxes that are not in one another overlap, however deep they are nested', () => {
  const nested = group('p', 'Parallel', {
    tasks: [
      group('s', 'Sequential', {
        tasks: [log('a'), group('i', 'If', { then: [log('b'), log('c')], else: [log('d')] })],
      }),
      group('e', 'ForEach', { values: [1], tasks: [log('f')], errors: [log('g')] }),
      group('w', 'Switch', { cases: { x: [log('h')], y: [log('j'), log('k')] }, defaults: [log('l')] }),
    ],
  })
  const layout = layOut(
    flowBlocks({
      triggers: [{ id: 't', type: 'x.Schedule' }],
      tasks: [log('first'), nested, log('last')],
      errors: [log('err')],
      finally: [log('fin')],
    }),
  )

  const boxes = layout.nodes.filter(({ kind }) => kind !== 'port')
  for (const one of boxes)
    for (const other of boxes) {
      if (one.id === other.id) continue
      const isInside = contains(one, other) || contains(other, one)
      assert.ok(isInside || isApart(one, other), `${one.id} lies over ${other.id}`)
      if (other.id.startsWith(`${one.id}.`)) assert.ok(contains(one, other), `${other.id} is not in ${one.id}`)
    }
  for (const { x, y, width, height } of boxes) {
    assert.ok(x >= 0 && y >= 0 && x + width <= layout.width && y + height <= layout.height)
  }
})

test('a folded group is as big as a task, and nothing of it is drawn', () => {
  const flow = flowBlocks({ tasks: [group('p', 'Parallel', { tasks: [log('a'), log('b')] })] })

  const layout = layOut(flow, { folded: new Set(['tasks[0]']) })

  assert.deepEqual(
    layout.nodes.map(({ kind }) => kind),
    ['port', 'folded', 'port'],
  )
})

test('a Dag stands in columns by what waits for what', () => {
  const entry = (id: string, ...dependsOn: string[]): object => ({ task: log(id), dependsOn })
  const flow = flowBlocks({
    tasks: [group('d', 'Dag', { tasks: [entry('a'), entry('b', 'a'), entry('c', 'a'), entry('d', 'b', 'c')] })],
  })

  const layout = layOut(flow)

  const columns = dagColumns(flow.branches[0]?.blocks[0]?.branches[0]?.blocks ?? [])
  assert.deepEqual(
    columns.map(column => column.map(({ id }) => id)),
    [['a'], ['b', 'c'], ['d']],
  )
  assert.ok(edgesOf(layout).includes('tasks[0].tasks[1].task → tasks[0].tasks[3].task'))
})

test('an edge says where in the document a task would be added by it', () => {
  const layout = layOut(flowBlocks({ tasks: [log('a'), group('s', 'Sequential', { tasks: [log('b')] })] }))

  const added = layout.edges.map(({ from, to, add }) => `${from} → ${to}: ${add?.list} ${add?.index}`)
  assert.deepEqual(added, [
    'start → tasks[0]: tasks 0',
    'tasks[1]/in → tasks[1].tasks[0]: tasks[1].tasks 0',
    'tasks[1].tasks[0] → tasks[1]/out: tasks[1].tasks 1',
    'tasks[0] → tasks[1]/in: tasks 1',
    'tasks[1]/out → end: tasks 2',
  ])
})

test('a text that is half written is drawn as far as it goes', () => {
  const blocks = flowBlocks({ tasks: [null, 'x', { id: 'a' }, { type: 'x.Y' }, 7], errors: 'no' })

  assert.deepEqual(
    [...walkBlocks(blocks.branches)].map(({ block }) => block.path),
    ['tasks[2]', 'tasks[3]'],
  )
})

test('500 tasks are laid out within a frame', () => {
  const lists = Array.from({ length: 50 }, (_, row) =>
    group(`g${row}`, 'Parallel', { tasks: Array.from({ length: 9 }, (_item, at) => log(`t${row}-${at}`)) }),
  )
  const flow = flowBlocks({ tasks: lists })
  layOut(flow)

  // Time of the processor: what else runs on the machine does not count.
  const before = process.threadCpuUsage()
  const { nodes } = layOut(flow)
  const { user, system } = process.threadCpuUsage(before)

  assert.ok(nodes.filter(({ kind }) => kind !== 'port').length === 500)
  assert.ok(user + system < 50_000)
})

function contains(outer: PlacedNode, inner: PlacedNode): boolean {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height
  )
}

function isApart(one: PlacedNode, other: PlacedNode): boolean {
  return (
    one.x + one.width <= other.x ||
    other.x + other.width <= one.x ||
    one.y + one.height <= other.y ||
    other.y + other.height <= one.y
  )
}
