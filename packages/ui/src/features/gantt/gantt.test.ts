import assert from 'node:assert/strict'
import { test } from 'node:test'
import { criticalPath } from './critical-path.ts'
import { barsOf, queuedMsOf, spansOf } from './gantt-bars.ts'
import type { GanttRun, RunState } from './gantt-run.ts'
import { filterRows, rowsMeant, treeRows, unreadIn, type GanttRow, type TreeSource } from './gantt-tree.ts'
import { panBy, readZoom, ticksOf, writeZoom, zoomAt } from './gantt-view.ts'
import { openEdges, placeRuns, type EdgeSource } from './run-edges.ts'
import { factsOf } from './run-facts.ts'

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

  const { ids, busyMs, totalMs } = criticalPath(spansOf(runs, 2_000))

  assert.deepEqual([...ids], ['x-4', 'x-3', 'x-0'])
  assert.equal(busyMs, 999)
  assert.equal(totalMs, 1_000)
})

test('nothing has no critical path, and equal ends come to an end', () => {
  assert.equal(criticalPath(spansOf([], 0)).ids.size, 0)
  assert.equal(criticalPath(spansOf([runOf(0, [5, 5]), runOf(1, [5, 5]), runOf(2, [5, 5])], 9)).ids.size, 3)
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

/** Each task run as `waited for → it → let begin`, by the numbers at the end of the ids. */
function edgesOf(runs: readonly GanttRun[], more: Partial<EdgeSource & TreeSource> = {}): readonly string[] {
  const { toggled = new Set<string>(), declared } = more
  const inside = (id: string | undefined): readonly GanttRun[] => runs.filter(run => run.parentTaskRunId === id)
  const childrenOf = more.childrenOf ?? ((run: GanttRun): readonly GanttRun[] => inside(run.id))
  const book = openEdges({
    tree: { roots: inside(undefined), childrenOf, notableOf: () => undefined, toggled },
    declared,
    factsOf: run => factsOf(run, toggled),
  })
  const short = (list: readonly GanttRun[]): string => list.map(({ id }) => id.slice(2)).join(',')
  return runs.map(({ id }) => {
    const { before, after } = book.of(id)
    return `${short(before)}→${id.slice(2)}→${short(after)}`
  })
}

const PARALLEL = 'io.kestra.plugin.core.flow.Parallel'
const SEQUENTIAL = 'io.kestra.plugin.core.flow.Sequential'
const DAG = 'io.kestra.plugin.core.flow.Dag'
const LOOP = 'io.kestra.plugin.core.flow.ForEach'
const inside = (parent: number, more: Partial<GanttRun> = {}): Partial<GanttRun> => ({
  parentTaskRunId: `x-${parent}`,
  ...more,
})

const FANNED = [
  runOf(0, [0, 100]),
  runOf(1, [100, 400], { type: PARALLEL, children: group(3) }),
  runOf(2, [100, 200], inside(1)),
  runOf(3, [100, 400], inside(1, { type: SEQUENTIAL, children: group(2) })),
  runOf(4, [100, 250], inside(3)),
  runOf(5, [250, 400], inside(3)),
  runOf(6, [400, 500]),
]

test('lines go from task to task, into the first of a group that is unfolded and out of its last', () => {
  assert.deepEqual(edgesOf(FANNED), ['→0→2,4', '0→1→6', '0→2→6', '0→3→6', '0→4→5', '4→5→6', '2,5→6→'])
})

test('a group that is folded, or not read yet, is told by its own row', () => {
  const folded = edgesOf(FANNED, { toggled: new Set(['x-1']) })
  const unread = edgesOf(FANNED, {
    childrenOf: run =>
      run.id === 'x-3' ? undefined : FANNED.filter(({ parentTaskRunId }) => parentTaskRunId === run.id),
  })

  assert.deepEqual([folded[0], folded[6]], ['→0→1', '1→6→'])
  assert.deepEqual([unread[0], unread[4], unread[6]], ['→0→2,3', '→4→', '2,3→6→'])
})

test('in a Dag the lines are those that it declares, and what goes on has let nothing begin', () => {
  const runs = [
    runOf(0, [0, 900], { type: DAG, children: group(4) }),
    runOf(1, [0, 300], inside(0)),
    runOf(2, [0, 500], inside(0)),
    runOf(3, [0, 900], inside(0)),
    runOf(4, [500, 700], inside(0)),
  ]
  const tasks = runs.slice(1).map(({ taskId }) => ({
    task: { id: taskId },
    ...(taskId === 'task4' ? { dependsOn: ['task1', 'task2'] } : {}),
  }))

  assert.deepEqual(edgesOf(runs, { declared: { flow: { tasks }, isOwn: () => true } }), [
    '→0→',
    '→1→4',
    '→2→4',
    '→3→',
    '1,2→4→',
  ])
  for (const declared of [undefined, { flow: { tasks }, isOwn: () => false }])
    assert.deepEqual(edgesOf(runs, { declared }).slice(1), ['→1→', '→2→4', '→3→', '2→4→'])
})

test('an iteration that came later waited for the one that left it a place', () => {
  const lane = (iteration: number): Partial<GanttRun> => inside(1, { iteration })
  const runs = [
    runOf(0, [0, 50]),
    runOf(1, [50, 300], { type: LOOP, children: group(3, 3) }),
    runOf(2, [50, 120], lane(0)),
    runOf(3, [50, 200], lane(1)),
    runOf(4, [120, 300], lane(2)),
    runOf(5, [300, 310]),
  ]

  assert.deepEqual(edgesOf(runs), ['→0→2,3', '0→1→5', '0→2→4,5', '0→3→5', '2→4→5', '2,3,4→5→'])
})

test('a group with very many ends is told by its own row', () => {
  const children = Array.from({ length: 100 }, (_, at) => runOf(at + 2, [100, 200], inside(1)))
  const runs = [
    runOf(0, [0, 100]),
    runOf(1, [100, 200], { type: PARALLEL, children: group(100) }),
    ...children,
    runOf(200, [200, 300]),
  ]
  const edges = edgesOf(runs)

  assert.equal(edges[0], '→0→1')
  assert.equal(edges[50], '0→50→200')
  assert.equal(edges.at(-1), '1→200→')
})

test('what a subflow that nobody waited for still does let nothing begin', () => {
  const runs = [
    runOf(0, [0, 100], { childExecutionId: 'y' }),
    runOf(1, [100, 200]),
    { ...runOf(2, [10, 900], inside(0)), id: 'y-0' },
  ]
  const open = edgesOf(runs, { toggled: new Set(['x-0']) })

  assert.deepEqual(open, ['→0→1', '0→1→', '→0→1'])
})

test('a task run that is folded away is shown by its group', () => {
  const runs = [runOf(0, [0, 100], { type: SEQUENTIAL, children: group(1) }), runOf(1, [0, 100], inside(0))]
  const rows: readonly GanttRow[] = runs
    .slice(0, 1)
    .map(run => ({ type: 'run', key: run.id, run, depth: 0, isBranch: true, isOpen: false }))
  const placeOf = placeRuns(rows, { parentOf: id => runs.find(run => run.id === id)?.parentTaskRunId })

  assert.equal(placeOf('x-1'), 0)
  assert.equal(placeOf('x-9'), -1)
})
