import { BatutaError, parseDuration, parseYaml } from '@batuta/core'
import type { UserSettingRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { parseMoment } from '../parse-moment.ts'
import { sortDocuments } from '../sort-documents.ts'
import { csv, empty, json } from '../reply.ts'
import { RequestError, notFound, unprocessable } from '../request-error.ts'
import { csvOfRows } from './chart-csv.ts'
import { rowsOfChart, type ChartRows, type ChartWish } from './chart-rows.ts'
import { DEFAULT_DASHBOARD } from './default-dashboard.ts'
import { FactReader } from './facts.ts'
import { parseChart, type Chart } from './parse-chart.ts'
import { parseDashboard, readDashboard, type Dashboard } from './parse-dashboard.ts'

const SIZE = 10
const ROWS = 1_000
const DASHBOARDS_MAX = 500
const WINDOW_MS = 7 * 24 * 60 * 60_000
/** They belong to all. */
const OWNER = ''

interface Kept {
  readonly dashboard: Dashboard
  readonly source: string
  readonly updatedMs?: number
}

interface Asked {
  readonly startDate?: string | null
  readonly endDate?: string | null
  readonly pageSize?: number | null
  readonly pageNumber?: number | null
  readonly namespace?: string | null
  readonly flowId?: string | null
  readonly zone?: string
  /** All, unless some are named. */
  readonly charts?: readonly string[]
}

export function dashboardHandlers(dependencies: HttpDependencies): Handlers<'dashboards'> {
  const { store, config } = dependencies
  const { tenant } = config
  const all = async (): Promise<readonly Kept[]> => {
    const kept = (await store.read.listUserSettings(tenant, 'dashboard', OWNER)).flatMap(keptOf)
    const own = kept.some(({ dashboard }) => dashboard.id === 'default')
    return own ? kept : [...parsed(DEFAULT_DASHBOARD), ...kept]
  }
  const find = async (id: string): Promise<Kept> => {
    const found = (await all()).find(({ dashboard }) => dashboard.id === id)
    if (!found) throw notFound(`The dashboard "${id}"`)
    return found
  }
  return {
    ...writeHandlers(dependencies, all),
    search: async ({ query: { q = '', page = 1, size = SIZE, sort } }) => {
      const found = (await all()).filter(({ dashboard }) => dashboard.title.toLowerCase().includes(q.toLowerCase()))
      const shown = sortDocuments(found.map(present), sort)
      return json({ results: shown.slice((page - 1) * size, page * size), total: found.length })
    },
    get: async ({ params }) => json(present(await find(params.id))),
    defaults: () =>
      json({
        defaultHomeDashboard: 'default',
        defaultFlowOverviewDashboard: 'default',
        defaultNamespaceOverviewDashboard: 'default',
      }),
    ...chartHandlers(dependencies, find),
    ...draftHandlers(dependencies),
  }
}

function chartHandlers(
  dependencies: HttpDependencies,
  find: (id: string) => Promise<Kept>,
): Pick<Handlers<'dashboards'>, 'chart' | 'charts' | 'chartCsv' | 'chartExport'> {
  const rowsOf = async (id: string, chartId: string, body: Asked): Promise<readonly [Chart, ChartRows]> => {
    const { dashboard } = await find(id)
    const chart = dashboard.charts.find(one => one.id === chartId)
    if (!chart) throw notFound(`The chart "${chartId}" of the dashboard "${id}"`)
    const wish = wishOf(body, dashboard.timeWindow.default, dependencies)
    return [chart, await rowsOfChart(chart, wish, dependencies)]
  }
  return {
    chart: async ({ params: { id, chartId }, body }) => json((await rowsOf(id, chartId, body))[1]),
    chartCsv: async ({ params: { id, chartId }, body }) => csv(csvOfRows(...(await rowsOf(id, chartId, body)))),
    chartExport: async ({ params: { id, chartId }, body }) => csv(csvOfRows(...(await rowsOf(id, chartId, body)))),
    charts: async ({ params: { id }, body }) => {
      const { dashboard } = await find(id)
      const wish = wishOf(body, dashboard.timeWindow.default, dependencies)
      return json(await rowsOfCharts(wantedOf(dashboard.charts, body.charts), wish, dependencies))
    },
  }
}

/** What is not saved. */
function draftHandlers(
  dependencies: HttpDependencies,
): Pick<Handlers<'dashboards'>, 'preview' | 'previewCsv' | 'previewExport' | 'previewAll' | 'validateChart'> {
  const rowsOf = async (source: string, asked: Asked = {}): Promise<readonly [Chart, ChartRows]> => {
    const found = judgeChart(source)
    if (!('chart' in found)) throw unprocessable('chart-invalid', found.problems.join('; '))
    return [found.chart, await rowsOfChart(found.chart, wishOf(asked, undefined, dependencies), dependencies)]
  }
  return {
    preview: async ({ body: { chart, globalFilter } }) => json((await rowsOf(chart, globalFilter))[1]),
    previewCsv: async ({ body: { chart, globalFilter } }) => csv(csvOfRows(...(await rowsOf(chart, globalFilter)))),
    previewExport: async ({ body: { chart, globalFilter } }) => csv(csvOfRows(...(await rowsOf(chart, globalFilter)))),
    previewAll: async ({ body }) => {
      const { dashboard, broken, problems } = readDashboard(body.source)
      if (!dashboard) return json({ problems, charts: {} })
      const wish = wishOf(body, dashboard.timeWindow.default, dependencies)
      const charts = await rowsOfCharts(wantedOf(dashboard.charts, body.charts), wish, dependencies)
      for (const [id, error] of broken) charts[id] = { error }
      return json({ problems, charts })
    },
    validateChart: ({ body }) => {
      const found = judgeChart(body)
      return json({ index: 0, ...('problems' in found ? { constraints: found.problems.join('\n') } : {}) })
    },
  }
}

function judgeChart(source: string): { readonly chart: Chart } | { readonly problems: readonly string[] } {
  const problems: string[] = []
  const { value = null, problem } = parseYaml(source)
  const chart = problem === undefined ? parseChart(value, 'chart', problems) : undefined
  return chart && problems.length === 0 ? { chart } : { problems: problem === undefined ? problems : [problem] }
}

function wantedOf(charts: readonly Chart[], wanted: readonly string[] | undefined): readonly Chart[] {
  return wanted === undefined ? charts : charts.filter(({ id }) => wanted.includes(id))
}

function writeHandlers(
  { store, config, platform }: HttpDependencies,
  all: () => Promise<readonly Kept[]>,
): Pick<Handlers<'dashboards'>, 'create' | 'update' | 'delete' | 'validate'> {
  const { tenant } = config
  const save = async (dashboard: Dashboard, source: string): Promise<Kept> => {
    const updatedMs = platform.nowMs()
    const key = { tenant, kind: 'dashboard', owner: OWNER, id: dashboard.id } as const
    await store.perform('saveUserSetting', { ...key, body: JSON.stringify({ source }), updatedMs })
    return { dashboard, source, updatedMs }
  }
  return {
    create: async ({ body }) => {
      const dashboard = expectValid(body)
      const known = await all()
      if (known.some(one => one.dashboard.id === dashboard.id && one.updatedMs !== undefined))
        throw new RequestError(
          409,
          'exists',
          `There is a dashboard "${dashboard.id}" already: change it, or take another id.`,
        )
      if (known.length >= DASHBOARDS_MAX)
        throw unprocessable('too-many-dashboards', `There are ${DASHBOARDS_MAX} dashboards already: delete some first.`)
      return json(present(await save(dashboard, body)))
    },
    update: async ({ params: { id }, body }) => {
      const dashboard = expectValid(body)
      if (!(await all()).some(one => one.dashboard.id === id)) throw notFound(`The dashboard "${id}"`)
      return json(present(await save({ ...dashboard, id }, body)))
    },
    delete: async ({ params: { id } }) => {
      const key = { tenant, kind: 'dashboard', owner: OWNER, id } as const
      if (!(await store.perform('deleteUserSetting', key))) throw notFound(`A dashboard "${id}" that was saved`)
      return empty(200)
    },
    validate: ({ body }) => {
      const found = parseDashboard(body)
      return json({ index: 0, ...('problems' in found ? { constraints: found.problems.join('\n') } : {}) })
    },
  }
}

function expectValid(source: string): Dashboard {
  const found = parseDashboard(source)
  if ('dashboard' in found) return found.dashboard
  throw unprocessable(
    'dashboard-invalid',
    found.problems.join('; '),
    found.problems.map(message => ({ message })),
  )
}

function parsed(source: string): readonly Kept[] {
  const found = parseDashboard(source)
  return 'dashboard' in found ? [{ dashboard: found.dashboard, source }] : []
}

/** The id is that of its place. */
function keptOf({ id, body, updatedMs }: UserSettingRow): readonly Kept[] {
  const { source } = JSON.parse(body)
  return parsed(String(source)).map(kept => ({ ...kept, dashboard: { ...kept.dashboard, id }, updatedMs }))
}

function present({ dashboard, source, updatedMs }: Kept): unknown {
  const updated = updatedMs === undefined ? {} : { updated: new Date(updatedMs).toISOString() }
  return {
    ...dashboard,
    charts: dashboard.charts.map(chart => chart.plain),
    sourceCode: source,
    ...updated,
    deleted: false,
  }
}

/** What they share is read once; what is wrong with one is told in its place. */
async function rowsOfCharts(
  charts: readonly Chart[],
  wish: ChartWish,
  dependencies: HttpDependencies,
): Promise<Record<string, unknown>> {
  const reader = new FactReader(wish, dependencies)
  const shown: Record<string, unknown> = {}
  for (const chart of charts) {
    try {
      shown[chart.id] = await rowsOfChart(chart, wish, dependencies, reader)
    } catch (error) {
      if (!(error instanceof RequestError) && !(error instanceof BatutaError)) throw error
      shown[chart.id] = { error: error.message }
    }
  }
  return shown
}

function wishOf(asked: Asked, window: string | undefined, { platform }: HttpDependencies): ChartWish {
  const { startDate, endDate, pageSize, pageNumber, namespace, flowId, zone } = asked
  const toMs = typeof endDate === 'string' ? parseMoment(endDate, 'endDate') : platform.nowMs()
  const span = (window === undefined ? undefined : parseDuration(window)) ?? WINDOW_MS
  const fromMs = typeof startDate === 'string' ? parseMoment(startDate, 'startDate') : toMs - span
  return {
    fromMs,
    toMs,
    ...(typeof namespace === 'string' && namespace !== '' ? { namespace } : {}),
    ...(typeof flowId === 'string' && flowId !== '' ? { flowId } : {}),
    ...(zone === undefined ? {} : { zone }),
    page: Math.max(1, pageNumber ?? 1),
    size: Math.min(ROWS, Math.max(1, pageSize ?? ROWS)),
  }
}
