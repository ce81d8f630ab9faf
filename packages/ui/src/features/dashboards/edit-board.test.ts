import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyEdits } from '../editor/yaml/edit-yaml.ts'
import { lookOf } from './chart-look.ts'
import {
  FIRST_BOARD,
  addChart,
  addColumn,
  addWhere,
  moveChart,
  placeProblem,
  readDraft,
  removeWhere,
  resizeChart,
  setKind,
  setSource,
  type Edits,
} from './edit-board.ts'

function after(text: string, ...steps: readonly ((text: string) => Edits)[]): string {
  return steps.reduce((now, step) => applyEdits(now, step(now)), text)
}

const chartsOf = (text: string): readonly string[] =>
  readDraft(text).charts.map(chart => {
    const { id, kind, width, source, columns } = lookOf(chart)
    return `${id} ${kind} ${width} ${source} ${columns.map(({ name }) => name).join()}`
  })

test('charts are added, sized, moved and turned into others', () => {
  const commented = FIRST_BOARD.replace('charts:', '# what matters\ncharts:')
  const text = after(
    commented,
    now => addChart(now, 'KPI'),
    now => addChart(now, 'KPI'),
    now => resizeChart(now, 1, 4),
    now => moveChart(now, 1, -1),
    now => setKind(now, 1, 'Bar'),
    now => setSource(now, 1, 'Logs'),
    now => addColumn(now, 1, { field: 'LEVEL' }),
  )

  assert.deepEqual(chartsOf(text), [
    'figure KPI 4 Executions value',
    'executions Bar 12 Logs namespace,total,level',
    'figure_2 KPI 3 Executions value',
  ])
  assert.ok(text.includes('# what matters\n'))
})

test('conditions are added and taken out again, whichever way they are written', () => {
  const added = after(
    FIRST_BOARD,
    now => addWhere(now, 0, 'STATE'),
    now => addWhere(now, 0, 'NAMESPACE'),
  )
  const removed = after(
    added,
    now => removeWhere(now, 0, 1),
    now => removeWhere(now, 0, 0),
  )
  const inLine = FIRST_BOARD.replace(
    '      columns:',
    '      where: [{ field: STATE, type: IN, values: [FAILED] }]\n      columns:',
  )
  const both = after(inLine, now => addWhere(now, 0, 'FLOW_ID'))

  assert.equal(added.match(/type: EQUAL_TO/g)?.length, 2)
  assert.equal(removed, FIRST_BOARD)
  assert.match(both, /FAILED[^]*FLOW_ID/)
})

test('a problem stands at its place, or at the nearest above it', () => {
  const [at, above, nowhere] = ['charts[0].type: no', 'charts[0].data.orderBy[0].column: no', 'no title at all'].map(
    problem => placeProblem(FIRST_BOARD, problem),
  )

  assert.ok(at && FIRST_BOARD.slice(at.from, at.to).endsWith('.TimeSeries'))
  assert.ok(above && FIRST_BOARD.slice(above.from).startsWith('type: io.kestra.plugin.core.dashboard.data'))
  assert.equal(nowhere?.from, 0)
})
