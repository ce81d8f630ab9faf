import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flowBlocks } from './flow-blocks.ts'
import { layOut, type Layout } from './layout.ts'
import { areaNear, partNear, readArea, type Sight } from './near-sight.ts'

const COUNT = 1_000

function row(): Layout {
  const tasks = Array.from({ length: COUNT }, (_task, index) => ({ id: `task_${index}`, type: 'some.Task' }))
  return layOut(flowBlocks({ id: 'long', tasks }))
}

/** Seen with its left edge at this place of the drawing. */
function sightAt(left: number, zoom = 1): Sight {
  return { transform: [-left * zoom, 300, zoom], width: 700, height: 600 }
}

const idsAt = (layout: Layout, sight: Sight): readonly string[] =>
  partNear(layout, readArea(areaNear(sight))).nodes.map(({ id }) => id)

test('of a long row a few blocks are near, all of those in sight among them', () => {
  const layout = row()
  for (const left of [-50, 0, 10_000, 123_456.5]) {
    const ids = idsAt(layout, sightAt(left))
    const inSight = layout.nodes.filter(({ x, width }) => x < left + 700 && x + width > left)
    assert.deepEqual(
      inSight.filter(({ id }) => !ids.includes(id)),
      [],
    )
    assert.ok(ids.length < 20, `${ids.length} blocks at ${left}`)
  }
})

test('what is moved by a little has the same area, what is moved by much another', () => {
  assert.equal(areaNear(sightAt(1_000)), areaNear(sightAt(1_003)))
  assert.notEqual(areaNear(sightAt(1_000)), areaNear(sightAt(2_000)))
})

test('from afar all is near', () => {
  const layout = row()
  assert.equal(idsAt(layout, sightAt(0, 0.001)).length, layout.nodes.length)
})

test('a line that crosses the area brings the blocks at its ends, however far they are', () => {
  const tasks = Array.from({ length: 300 }, (_task, index) => ({ id: `task_${index}`, type: 'some.Task' }))
  const fan = layOut(flowBlocks({ tasks: [{ id: 'fan', type: 'io.kestra.plugin.core.flow.Parallel', tasks }] }))
  const last = fan.nodes.find(({ id }) => id === 'tasks[0].tasks[299]')
  assert.ok(last)
  const { nodes, edges } = partNear(fan, [last.x, last.y, last.x + 10, last.y + 10])
  const ids = nodes.map(({ id }) => id)
  assert.ok(ids.includes('tasks[0]'), 'the group around it')
  assert.ok(ids.includes('tasks[0]/in'), 'where its line begins, 299 blocks above')
  assert.ok(nodes.length < 10, `${nodes.length} blocks`)
  for (const { from, to } of edges) assert.ok(ids.includes(from) && ids.includes(to), `${from} → ${to}`)
})

test('nothing is near where there is no room, but for the block that is kept', () => {
  const nowhere = readArea(areaNear({ transform: [0, 0, 1], width: 0, height: 0 }))
  assert.equal(nowhere, undefined)
  assert.deepEqual(
    partNear(row(), nowhere, 'tasks[500]').nodes.map(({ id }) => id),
    ['tasks[500]'],
  )
})
