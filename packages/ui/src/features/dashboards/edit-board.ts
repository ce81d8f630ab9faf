// Changes of a board as the smallest changes of its text, as those of flows.
import { addTask, duplicateTask, freshId, moveTask, removeTask, type TextEdit } from '../editor/yaml/edit-yaml.ts'
import { setAt } from '../editor/yaml/set-at.ts'
import { nodeAt, parseYamlTree, plainOf } from '../editor/yaml/yaml-tree.ts'
import { lookOf, mapOf, type ChartKind } from './chart-look.ts'
import { DATE_FIELDS, SOURCE_FIELDS } from './source-fields.ts'

export type Edits = readonly TextEdit[]

const CHART = 'io.kestra.plugin.core.dashboard.chart'
const DATA = 'io.kestra.plugin.core.dashboard.data'

export const FIRST_BOARD = `id: my-board
title: My board
description: What ran, and how it went.
timeWindow:
  default: P7D
charts:
  - id: executions
    type: ${CHART}.TimeSeries
    chartOptions:
      displayName: Executions
      column: date
      colorByColumn: state
      width: 12
    data:
      type: ${DATA}.Executions
      columns:
        date:
          field: START_DATE
        state:
          field: STATE
        total:
          displayName: Executions
          agg: COUNT
`

export interface BoardDraft {
  readonly title: string
  readonly window: unknown
  readonly charts: readonly unknown[]
}

export function readDraft(text: string): BoardDraft {
  const board = mapOf(plainOf(parseYamlTree(text)))
  const charts = board['charts']
  const title = board['title']
  return {
    title: typeof title === 'string' ? title : '',
    window: mapOf(board['timeWindow'])['default'],
    charts: Array.isArray(charts) ? charts : [],
  }
}

export function chartPath(index: number): string {
  return `charts[${index}]`
}

export function addChart(text: string, kind: ChartKind): Edits {
  const { charts } = readDraft(text)
  const taken = new Set(charts.map(chart => lookOf(chart).id))
  const id = freshId(kind === 'KPI' ? 'figure' : kind.toLowerCase(), taken)
  return addTask(text, 'charts', charts.length, newChart(kind, id))
}

function newChart(kind: ChartKind, id: string): string {
  const head = `id: ${id}\ntype: ${CHART}.${kind}\n`
  if (kind === 'Markdown') return `${head}content: |\n  ## Read me\n\n  What this board is for.`
  if (kind === 'KPI')
    return `${head}chartOptions:\n  displayName: Successful\n  numberType: PERCENTAGE\n  width: 3\ndata:\n  type: ${DATA}.ExecutionsKPI\n  columns:\n    field: ID\n    agg: COUNT\n  numerator:\n    - field: STATE\n      type: IN\n      values: [SUCCESS, WARNING]`
  const columns: Readonly<Record<Exclude<ChartKind, 'KPI' | 'Markdown'>, string>> = {
    TimeSeries: '    date:\n      field: START_DATE\n    state:\n      field: STATE\n    total:\n      agg: COUNT',
    Bar: '    namespace:\n      field: NAMESPACE\n    state:\n      field: STATE\n    total:\n      agg: COUNT',
    Pie: '    state:\n      field: STATE\n    total:\n      agg: COUNT',
    Table:
      '    id:\n      field: ID\n    namespace:\n      field: NAMESPACE\n    flow:\n      field: FLOW_ID\n    state:\n      field: STATE\n    started:\n      field: START_DATE',
  }
  return `${head}chartOptions:\n  displayName: New chart\n  width: ${kind === 'TimeSeries' ? 12 : 6}\ndata:\n  type: ${DATA}.Executions\n  columns:\n${columns[kind]}`
}

export function removeChart(text: string, index: number): Edits {
  return removeTask(text, chartPath(index))
}

export function moveChart(text: string, index: number, by: -1 | 1): Edits {
  return moveTask(text, chartPath(index), by)
}

export function copyChart(text: string, index: number): Edits {
  const taken = readDraft(text).charts.map(chart => lookOf(chart).id)
  return duplicateTask(text, chartPath(index), taken)
}

export function resizeChart(text: string, index: number, width: number): Edits {
  return setAt(text, `${chartPath(index)}.chartOptions.width`, Math.max(1, Math.min(12, width)))
}

export function setKind(text: string, index: number, kind: ChartKind): Edits {
  return setAt(text, `${chartPath(index)}.type`, `${CHART}.${kind}`)
}

/** Another source has other fields: columns and conditions begin anew. */
export function setSource(text: string, index: number, source: string): Edits {
  const chart = mapOf(readDraft(text).charts[index])
  const { kind } = lookOf(chart)
  const type = `${DATA}.${source}${kind === 'KPI' ? 'KPI' : ''}`
  const [first = 'ID'] = SOURCE_FIELDS[source] ?? []
  const date = DATE_FIELDS[source]
  const columns =
    kind === 'KPI'
      ? { field: first, agg: 'COUNT' }
      : kind === 'TimeSeries' && date !== undefined
        ? { date: { field: date }, total: { agg: 'COUNT' } }
        : kind === 'Table'
          ? Object.fromEntries((SOURCE_FIELDS[source] ?? []).slice(0, 4).map(field => [field.toLowerCase(), { field }]))
          : { namespace: { field: 'NAMESPACE' }, total: { agg: 'COUNT' } }
  return setAt(text, `${chartPath(index)}.data`, { type, columns })
}

export function addColumn(text: string, index: number, column: Readonly<Record<string, string>>): Edits {
  const { columns } = lookOf(readDraft(text).charts[index])
  const wanted = (column['agg'] === undefined ? column['field'] : 'total')?.toLowerCase() ?? 'column'
  const name = freshId(wanted, new Set(columns.map(one => one.name)))
  return setAt(text, `${chartPath(index)}.data.columns.${name}`, column)
}

export function addWhere(text: string, index: number, field: string): Edits {
  const path = `${chartPath(index)}.data.where`
  const given = mapOf(mapOf(readDraft(text).charts[index])['data'])['where']
  const list: readonly unknown[] = Array.isArray(given) ? given : []
  const one = { field, type: 'EQUAL_TO', value: '' }
  const node = nodeAt(parseYamlTree(text), path)
  if (list.length > 0 && node?.type === 'list' && !node.isFlow)
    return addTask(text, path, list.length, `field: ${field}\ntype: EQUAL_TO\nvalue: ""`)
  return setAt(text, path, [...list, one])
}

export function removeWhere(text: string, index: number, at: number): Edits {
  const path = `${chartPath(index)}.data.where`
  const edits = removeTask(text, `${path}[${at}]`)
  if (edits.length > 0) return edits
  const given = mapOf(mapOf(readDraft(text).charts[index])['data'])['where']
  const left = (Array.isArray(given) ? given : []).filter((_, place) => place !== at)
  return setAt(text, path, left.length === 0 ? undefined : left)
}

export interface PlacedProblem {
  readonly from: number
  readonly to: number
  readonly message: string
}

/** `charts[1].data.type: …` → where it stands; the nearest above it where it is missing. */
export function placeProblem(text: string, problem: string): PlacedProblem {
  const root = parseYamlTree(text)
  const [path = ''] = /^[\w.[\]-]+(?=: )/.exec(problem) ?? []
  for (let at = path; at !== ''; at = at.replace(/(\.[^.[\]]+|\[\d+\]|^[^.[\]]+)$/, '')) {
    const node = nodeAt(root, at)
    if (node)
      return { from: node.from, to: Math.max(node.from + 1, lineEndOf(text, node.from, node.to)), message: problem }
  }
  return { from: 0, to: Math.min(1, text.length), message: problem }
}

function lineEndOf(text: string, from: number, to: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? to : Math.min(end, to)
}
