import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DRAWING_PX, drawRuns, SLOT_PX } from './draw-runs.ts'

/** The corners of what a path encloses. */
function boundsOf(path: string): { left: number; top: number; right: number; bottom: number } {
  let [x, y] = [0, 0]
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity }
  for (const [, command = '', given = ''] of path.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
    const numbers = (given.match(/-?\d+(\.\d+)?/g) ?? []).map(Number)
    const [first = 0, second = 0] = numbers.slice(-2)
    if (command === 'M') [x, y] = [first, second]
    else if (command === 'h') x += numbers[0] ?? 0
    else if (command === 'v') y += numbers[0] ?? 0
    else if (command !== 'z') [x, y] = [x + first, y + second]
    bounds.left = Math.min(bounds.left, x)
    bounds.right = Math.max(bounds.right, x)
    bounds.top = Math.min(bounds.top, y)
    bounds.bottom = Math.max(bounds.bottom, y)
  }
  return bounds
}

test('bars stand side by side, as high as each took long, and the shortest is still seen', () => {
  const { bars, crosses } = drawRuns([
    { state: 'SUCCESS', durationMs: 1_000 },
    { state: 'WARNING', durationMs: 500 },
    { state: 'KILLED', durationMs: 0 },
  ])

  assert.deepEqual(boundsOf(bars.get('success') ?? ''), { left: 1, top: 9, right: 7, bottom: 27 })
  assert.deepEqual(boundsOf(bars.get('warning') ?? ''), { left: 9, top: 18, right: 15, bottom: 27 })
  assert.deepEqual(boundsOf(bars.get('stopped') ?? ''), { left: 17, top: 24, right: 23, bottom: 27 })
  assert.equal(crosses, '')
})

test('those of one group are one path, and each that failed has a cross above its bar, within the drawing', () => {
  const runs = Array.from({ length: 20 }, () => ({ state: 'FAILED', durationMs: 7 }))

  const { bars, crosses } = drawRuns(runs)

  assert.deepEqual([...bars.keys()], ['failed'])
  assert.equal(crosses.match(/M/g)?.length, 20)
  const drawn = [boundsOf(bars.get('failed') ?? ''), boundsOf(crosses)]
  assert.ok(
    drawn.every(
      ({ left, top, right, bottom }) => left >= 0 && top >= 0 && right <= 20 * SLOT_PX && bottom < DRAWING_PX,
    ),
  )
  assert.ok((drawn[1]?.bottom ?? 99) < (drawn[0]?.top ?? 0))
})

test('what runs, waits or is paused is told apart without colours', () => {
  const { bars } = drawRuns([
    { state: 'RUNNING', durationMs: null },
    { state: 'CREATED', durationMs: null },
    { state: 'PAUSED', durationMs: null },
    { state: 'SUCCESS', durationMs: 2_000 },
  ])

  assert.deepEqual(
    ['running', 'waiting', 'paused', 'success'].map(
      group => [...bars].find(([name]) => name === group)?.[1].match(/M/g)?.length,
    ),
    [3, 2, 2, 1],
  )
  assert.deepEqual(boundsOf(bars.get('running') ?? ''), { left: 1, top: 18, right: 7, bottom: 27 })
})
