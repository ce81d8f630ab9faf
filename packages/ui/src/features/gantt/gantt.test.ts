import assert from 'node:assert/strict'
import { test } from 'node:test'
import { criticalPath } from './critical-path.ts'
import { barsOf, queuedMsOf } from './gantt-bars.ts'
import type { GanttRun, RunState } from './gantt-run.ts'
import { filterRows, rowsMeant, treeRows, unreadIn, type GanttRow, type TreeSource } from './gantt-tree.ts'
import { panBy, readZoom, ticksOf, writeZoom, zoomAt } from './gantt-view.ts'
import { rowOfRun, waitedFor } from './waited-for.ts'

const date = (ms: number): string => new Date(ms).toISOString()

function stateOf(moments: readonly (readonly [string, number])[]): RunState {
  const last = moments.at(-1) ?? ['CREATED', 0]
  return {
    current: last[0],
    histories: moments.map(([state, ms]) => ({ state, date: date(ms) })),
    startDate: date(moments[0]?.[1] ?? 0),
    endDate: date(last[1]),
  }
}

function runOf(ordinal: number, [startMs, endMs]: readonly [number, number], more: Partial<GanttRun> = {}): GanttRun {
  return {
    id: `x-${ordinal}`,
    taskId: `task${ordinal}`,
    state: stateOf([
      ['CREATED', startMs],
      ['RUNNING', startMs],
      ['SUCCESS', endMs],
    ]),
    ...more,
  }
}

const group = (total: number, lanes = 1): NonNullable<GanttRun['children']> => ({
  total,
  live: 0,
  failed: 0,
  warned: 0,
  lanes,
})

test('the queue, the attempts and the waits between them lie side by side', () => {
  const run = runOf(0, [0, 1_000], {
    state: stateOf([
      ['CREATED', 0],
      ['RUNNING', 100],
      ['FAILED', 300],
      ['RETRYING', 300],
      ['RUNNING', 600],
      ['SUCCESS', 1_000],
    ]),
    attempts: [
      {
        state: stateOf([
          ['RUNNING', 100],
          ['FAILED', 300],
        ]),
      },
      {
        state: stateOf([
          ['RUNNING', 600],
          ['SUCCESS', 1_000],
        ]),
      },
    ],
  })

  assert.deepEqual(
    barsOf(run, 5_000).map(({ kind, startMs, endMs, state }) => `${kind} ${startMs}-${endMs} ${state}`),
    ['queued 0-100 CREATED', 'attempt 100-300 FAILED', 'waiting 300-600 CREATED', 'attempt 600-1000 SUCCESS'],
  )
  assert.equal(queuedMsOf(run, 5_000), 100)
})

test('what goes on ends at the present', () => {
  const { endDate: _, ...open } = stateOf([['RUNNING', 100]])
  const run = runOf(0, [0, 0], {
    state: stateOf([
      ['CREATED', 0],
      ['RUNNING', 100],
    ]),
    attempts: [{ state: open }],
  })

  assert.equal(barsOf(run, 900).at(-1)?.endMs, 900)
})

test('a pause is a bar of its own and lasts until now', () => {
  const run = runOf(0, [0, 0], {
    state: stateOf([
      ['CREATED', 0],
      ['RUNNING', 0],
      ['PAUSED', 50],
    ]),
  })

  assert.deepEqual(
    barsOf(run, 400).map(({ kind, startMs, endMs }) => `${kind} ${startMs}-${endMs}`),
    ['attempt 0-50', 'paused 50-400'],
  )
})

test('the critical path goes back from the last end over what let each begin', () => {
  const runs = [
    runOf(0, [0, 100]),
    runOf(1, [100, 900], { children: group(2) }),
    runOf(2, [100, 300]),
    runOf(3, [101, 900]),
    runOf(4, [900, 1_000]),
  ]

  const { ids, busyMs, totalMs } = criticalPath(runs, 2_000)

  assert.deepEqual([...ids], ['x-4', 'x-3', 'x-0'])
  assert.equal(busyMs, 999)
  assert.equal(totalMs, 1_000)
})

test('nothing has no critical path, and equal ends come to an end', () => {
  assert.equal(criticalPath([], 0).ids.size, 0)
  assert.equal(criticalPath([runOf(0, [5, 5]), runOf(1, [5, 5]), runOf(2, [5, 5])], 9).ids.size, 3)
})

function sourceOf(runs: readonly GanttRun[], toggled: readonly string[] = []): TreeSource {
  return {
    roots: runs.filter(({ parentTaskRunId }) => parentTaskRunId === undefined),
    childrenOf: parent => runs.filter(({ parentTaskRunId }) => parentTaskRunId === parent.id),
    notableOf: () => [],
    toggled: new Set(toggled),
  }
}

const names = (rows: readonly GanttRow[]): readonly string[] =>
  rows.map(({ key, depth }) => `${'  '.repeat(depth)}${key}`)

test('groups are open, in the order of start', () => {
  const runs = [
    runOf(0, [50, 100], { children: group(2) }),
    runOf(1, [60, 70], { parentTaskRunId: 'x-0' }),
    runOf(2, [55, 70], { parentTaskRunId: 'x-0' }),
    runOf(3, [0, 50]),
  ]

  assert.deepEqual(names(treeRows(sourceOf(runs))), ['x-3', 'x-0', '  x-2', '  x-1'])
  assert.deepEqual(names(treeRows(sourceOf(runs, ['x-0']))), ['x-3', 'x-0'])
})

test('iterations of several tasks are rows of their own', () => {
  const type = 'io.kestra.plugin.core.flow.ForEach'
  const runs = [
    runOf(0, [0, 100], { type, children: group(3, 2) }),
    runOf(1, [0, 10], { parentTaskRunId: 'x-0', value: 'a', iteration: 0 }),
    runOf(2, [10, 20], { parentTaskRunId: 'x-0', value: 'a', iteration: 0 }),
    runOf(3, [20, 30], { parentTaskRunId: 'x-0', value: 'b', iteration: 1 }),
  ]

  assert.deepEqual(names(treeRows(sourceOf(runs))), ['x-0', '  x-0/0', '  x-3'])
  assert.deepEqual(names(treeRows(sourceOf(runs, ['x-0/0']))), ['x-0', '  x-0/0', '    x-1', '    x-2', '  x-3'])
})

test('a loop of many iterations is folded, and open it is a histogram', () => {
  const runs = [runOf(0, [0, 100], { type: 'io.kestra.plugin.core.flow.ForEach', children: group(400, 400) })]

  assert.deepEqual(names(treeRows(sourceOf(runs))), ['x-0'])
  assert.deepEqual(names(treeRows(sourceOf(runs, ['x-0']))), ['x-0', '  x-0/histogram', '  x-0/iterations'])
})

test('what is not there yet is waited for', () => {
  const rows = treeRows({ ...sourceOf([runOf(0, [0, 1], { children: group(1) })]), childrenOf: () => undefined })

  assert.deepEqual(names(rows), ['x-0', '  x-0/loading'])
})

test('what is not there yet takes the place of its rows, and is asked for where it is in sight', () => {
  const runs = [0, 1, 2].map(at => runOf(at, [at, at + 1], { children: group(at === 1 ? 90_000 : 99) }))
  const rows = treeRows({ ...sourceOf(runs), roots: runs, childrenOf: () => undefined })

  assert.deepEqual(rows.map(rowsMeant), [1, 99, 1, 500, 1, 99])
  assert.deepEqual(unreadIn(rows, 0, 3), ['x-0', 'x-1'])
  assert.deepEqual(unreadIn(rows, 4, 20), ['x-2'])
})

test('a filter keeps what matches, by duration if that is wanted', () => {
  const runs = [runOf(0, [0, 10]), runOf(1, [10, 90]), runOf(2, [90, 95], { taskId: 'other' })]
  const tookMs = (run: GanttRun): number => Date.parse(run.state.endDate ?? '') - Date.parse(run.state.startDate)

  const rows = filterRows(runs, { text: 'task', states: [], isByDuration: true }, tookMs)

  assert.deepEqual(names(rows), ['x-1', 'x-0'])
})

test('zooming keeps the moment under the pointer and stays within the whole', () => {
  const whole = { fromMs: 0, toMs: 1_000 }

  assert.deepEqual(zoomAt(whole, whole, { atMs: 250, factor: 0.5 }), { fromMs: 125, toMs: 625 })
  assert.deepEqual(zoomAt({ fromMs: 0, toMs: 100 }, whole, { atMs: 50, factor: 100 }), whole)
  assert.deepEqual(panBy({ fromMs: 125, toMs: 625 }, whole, 900), { fromMs: 500, toMs: 1_000 })
})

test('a zoom is written into the address and read again', () => {
  const whole = { fromMs: 5_000, toMs: 6_000 }

  assert.equal(writeZoom(whole, whole), undefined)
  assert.equal(writeZoom({ fromMs: 5_120, toMs: 5_500 }, whole), '120-500')
  assert.deepEqual(readZoom('120-500', whole), { fromMs: 5_120, toMs: 5_500 })
  assert.deepEqual(readZoom('nonsense', whole), whole)
})

test('marks are round and about as many as are wanted', () => {
  assert.deepEqual(ticksOf({ fromMs: 100, toMs: 4_100 }, 100, 4), [100, 1_100, 2_100, 3_100, 4_100])
})

test('a task waits for the one before it, and what stands first in a group for what the group waited for', () => {
  const parallel = { type: 'io.kestra.plugin.core.flow.Parallel', children: group(3) }
  const runs = [
    runOf(0, [0, 100]),
    runOf(1, [100, 400], parallel),
    runOf(2, [100, 200], { parentTaskRunId: 'x-1' }),
    runOf(3, [100, 400], { parentTaskRunId: 'x-1', type: 'io.kestra.plugin.core.flow.Sequential', children: group(2) }),
    runOf(4, [100, 250], { parentTaskRunId: 'x-3' }),
    runOf(5, [250, 400], { parentTaskRunId: 'x-3' }),
    runOf(6, [400, 500]),
  ]
  const before = (ordinal: number): string | undefined => waitedFor(runs, `x-${ordinal}`, 500)?.id

  assert.deepEqual(
    runs.map((_, at) => before(at)),
    [undefined, 'x-0', 'x-0', 'x-0', 'x-0', 'x-4', 'x-1'],
  )
})

test('in a graph of tasks it is the one that ended last, and none that goes on', () => {
  const within = { parentTaskRunId: 'x-0' }
  const runs = [
    runOf(0, [0, 900], { type: 'io.kestra.plugin.core.flow.Dag', children: group(4) }),
    runOf(1, [0, 300], within),
    runOf(2, [0, 500], within),
    runOf(3, [0, 900], within),
    runOf(4, [500, 700], within),
  ]

  assert.equal(waitedFor(runs, 'x-4', 900)?.id, 'x-2')
  assert.equal(waitedFor(runs, 'x-3', 900), undefined)
})

test('an iteration that came later waited for the one that left it a place', () => {
  const lane = (iteration: number): Partial<GanttRun> => ({ parentTaskRunId: 'x-1', iteration })
  const runs = [
    runOf(0, [0, 50]),
    runOf(1, [50, 300], { type: 'io.kestra.plugin.core.flow.ForEach', children: group(3, 3) }),
    runOf(2, [50, 120], lane(0)),
    runOf(3, [50, 200], lane(1)),
    runOf(4, [120, 300], lane(2)),
  ]

  assert.equal(waitedFor(runs, 'x-2', 300)?.id, 'x-0')
  assert.equal(waitedFor(runs, 'x-3', 300)?.id, 'x-0')
  assert.equal(waitedFor(runs, 'x-4', 300)?.id, 'x-2')
})

test('a task run that is folded away is shown by its group', () => {
  const runs = [
    runOf(0, [0, 100], { type: 'io.kestra.plugin.core.flow.Sequential', children: group(1) }),
    runOf(1, [0, 100], { parentTaskRunId: 'x-0' }),
  ]
  const rows: readonly GanttRow[] = runs
    .slice(0, 1)
    .map(run => ({ type: 'run', key: run.id, run, depth: 0, isBranch: true, isOpen: false }))

  assert.equal(rowOfRun(rows, runs, 'x-1'), 0)
  assert.equal(rowOfRun(rows, runs, 'x-9'), -1)
})
