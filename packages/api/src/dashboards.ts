// Boards of charts, as Kestra writes them, and what their charts show.
import Type from 'typebox'
import { CSV, defineRoute, ofTenant, ofTenantOnly } from './route.ts'
import { Anything, NoParams, NoQuery, Paging, pageOf } from './shapes.ts'

const NONE = { type: 'none' } as const
const YAML = { type: 'yaml' } as const
const OfDashboard = Type.Object({ id: Type.String() })
const OfChart = Type.Object({ id: Type.String(), chartId: Type.String() })

const Dashboard = Type.Object({
  id: Type.String(),
  title: Type.String(),
  description: Type.Optional(Type.String()),
  timeWindow: Type.Object({ default: Type.String(), max: Type.Optional(Type.String()) }),
  charts: Type.Array(Anything),
  sourceCode: Type.String(),
  created: Type.Optional(Type.String()),
  updated: Type.Optional(Type.String()),
  deleted: Type.Boolean(),
})

const Wish = {
  startDate: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  endDate: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  pageSize: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  pageNumber: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  namespace: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  flowId: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  zone: Type.Optional(Type.String()),
}
const WISH = { type: 'json', schema: Type.Object(Wish) } as const
const Bound = Type.Optional(Type.String({ description: 'Since when, if not all of the time could be looked at.' }))
const Rows = Type.Object({ results: Type.Array(Anything), total: Type.Integer(), countedFrom: Bound })
const ROWS = { type: 'json', schema: Rows } as const
const Chosen = Type.Optional(
  Type.Array(Type.String(), { maxItems: 50, description: 'Ids of charts; all unless some are named.' }),
)
/** By the id of the chart. */
const Charts = Type.Record(
  Type.String(),
  Type.Object({
    results: Type.Optional(Type.Array(Anything)),
    total: Type.Optional(Type.Integer()),
    countedFrom: Bound,
    error: Type.Optional(Type.String()),
  }),
)
const OneChart = {
  type: 'json',
  schema: Type.Object({
    chart: Type.String({ maxLength: 100_000 }),
    globalFilter: Type.Optional(Type.Object(Wish)),
  }),
} as const
const JUDGEMENT = {
  type: 'json',
  schema: Type.Object({ index: Type.Integer(), constraints: Type.Optional(Type.String()) }),
} as const
const DASHBOARD = { type: 'json', schema: Dashboard } as const

export const dashboardRoutes = {
  search: defineRoute({
    method: 'GET',
    paths: ofTenant('/dashboards'),
    params: NoParams,
    query: Type.Object({ ...Paging, q: Type.Optional(Type.String()) }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: pageOf(Dashboard) },
    permission: 'DASHBOARD:READ',
    summary: 'Boards of charts.',
  }),
  get: defineRoute({
    method: 'GET',
    paths: ofTenant('/dashboards/{id}'),
    params: OfDashboard,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: DASHBOARD,
    refusals: [404],
    permission: 'DASHBOARD:READ',
    summary: 'A board of charts; default is there always.',
  }),
  create: defineRoute({
    method: 'POST',
    paths: ofTenant('/dashboards'),
    params: NoParams,
    query: NoQuery,
    body: YAML,
    status: 200,
    reply: DASHBOARD,
    refusals: [409],
    permission: 'DASHBOARD:CREATE',
    summary: 'Save a new board of charts.',
  }),
  update: defineRoute({
    method: 'PUT',
    paths: ofTenant('/dashboards/{id}'),
    params: OfDashboard,
    query: NoQuery,
    body: YAML,
    status: 200,
    reply: DASHBOARD,
    refusals: [404],
    permission: 'DASHBOARD:UPDATE',
    summary: 'Change a board of charts; that of default is kept beside the one that comes with the program.',
  }),
  delete: defineRoute({
    method: 'DELETE',
    paths: ofTenant('/dashboards/{id}'),
    params: OfDashboard,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'empty' },
    refusals: [404],
    permission: 'DASHBOARD:DELETE',
    summary: 'Delete a board of charts.',
  }),
  validate: defineRoute({
    method: 'POST',
    paths: ofTenant('/dashboards/validate'),
    params: NoParams,
    query: NoQuery,
    body: YAML,
    status: 200,
    reply: JUDGEMENT,
    permission: 'DASHBOARD:READ',
    summary: 'Judge a board of charts without saving it.',
  }),
  chart: defineRoute({
    method: 'POST',
    paths: ofTenant('/dashboards/{id}/charts/{chartId}'),
    params: OfChart,
    query: NoQuery,
    body: WISH,
    status: 200,
    reply: ROWS,
    refusals: [404],
    permission: 'DASHBOARD:READ',
    summary: 'The rows of a chart.',
  }),
  chartCsv: defineRoute({
    method: 'POST',
    paths: ofTenant('/dashboards/{id}/charts/{chartId}/export/to-csv'),
    params: OfChart,
    query: NoQuery,
    body: WISH,
    status: 200,
    reply: CSV,
    refusals: [404],
    permission: 'DASHBOARD:READ',
    summary: 'The rows of a chart as CSV.',
  }),
  chartExport: defineRoute({
    method: 'POST',
    paths: ofTenantOnly('/dashboards/{id}/charts/{chartId}/export', ['c']),
    params: OfChart,
    query: NoQuery,
    body: WISH,
    status: 200,
    reply: CSV,
    refusals: [404],
    permission: 'DASHBOARD:READ',
    summary: 'The rows of a chart as CSV, as 2.0 asks.',
  }),
  previewExport: defineRoute({
    method: 'POST',
    paths: ofTenantOnly('/dashboards/charts/export', ['c']),
    params: NoParams,
    query: NoQuery,
    body: OneChart,
    status: 200,
    reply: CSV,
    permission: 'DASHBOARD:READ',
    summary: 'The rows of a chart that is not saved, as CSV, as 2.0 asks.',
  }),
  defaults: defineRoute({
    method: 'GET',
    paths: ofTenantOnly('/dashboards/settings/default-dashboards'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Anything },
    permission: 'DASHBOARD:READ',
    summary: 'Which boards are shown where none was chosen.',
  }),
  charts: defineRoute({
    method: 'POST',
    paths: ofTenant('/dashboards/{id}/charts'),
    params: OfDashboard,
    query: NoQuery,
    body: { type: 'json', schema: Type.Object({ ...Wish, charts: Chosen }) },
    status: 200,
    reply: { type: 'json', schema: Charts },
    refusals: [404],
    permission: 'DASHBOARD:READ',
    summary: 'The rows of all charts of a board in one call; what is wrong with one is told in its place.',
  }),
  preview: defineRoute({
    method: 'POST',
    paths: ofTenant('/dashboards/charts/preview'),
    params: NoParams,
    query: NoQuery,
    body: OneChart,
    status: 200,
    reply: ROWS,
    permission: 'DASHBOARD:READ',
    summary: 'The rows of a chart that is not saved, as YAML.',
  }),
  previewCsv: defineRoute({
    method: 'POST',
    paths: ofTenant('/dashboards/charts/export/to-csv'),
    params: NoParams,
    query: NoQuery,
    body: OneChart,
    status: 200,
    reply: CSV,
    permission: 'DASHBOARD:READ',
    summary: 'The rows of a chart that is not saved, as CSV.',
  }),
  previewAll: defineRoute({
    method: 'POST',
    paths: ofTenant('/dashboards/preview'),
    params: NoParams,
    query: NoQuery,
    body: {
      type: 'json',
      schema: Type.Object({ ...Wish, source: Type.String({ maxLength: 1_000_000 }), charts: Chosen }),
    },
    status: 200,
    reply: { type: 'json', schema: Type.Object({ problems: Type.Array(Type.String()), charts: Charts }) },
    permission: 'DASHBOARD:READ',
    summary: 'The rows of the charts of a board that is being written, and what is wrong with it.',
  }),
  validateChart: defineRoute({
    method: 'POST',
    paths: ofTenant('/dashboards/validate/chart'),
    params: NoParams,
    query: NoQuery,
    body: YAML,
    status: 200,
    reply: JUDGEMENT,
    permission: 'DASHBOARD:READ',
    summary: 'Judge a chart without saving it.',
  }),
}
