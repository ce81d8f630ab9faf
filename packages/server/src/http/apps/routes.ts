import type { AppRow } from '../../storage/store.ts'
import { baseOf } from '../base-of.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { getRunById } from '../executions/evaluate-expression.ts'
import { getExecution } from '../executions/read-execution.ts'
import { reportFlow } from '../flows/report-flow.ts'
import { writeZip } from '../flows/zip.ts'
import { readBytes, textOf } from '../read-body.ts'
import { applyFilters, listOf, type FilterTable } from '../read-filters.ts'
import { empty, json, jsonText, type Reply } from '../reply.ts'
import { RequestError } from '../request-error.ts'
import { dispatchApp, newAppPages, previewApp, viewApp } from './app-pages.ts'
import { newApprovalPages } from './approval-page.ts'
import { describeApp, getApp, judgeApp, presentApp, saveApp, switchApp } from './apps.ts'
import { ANSWER_LIFE_MS, mintLink } from './links.ts'
import { messagePage } from './public-frame.ts'

type All = Handlers<'apps'>

export function appHandlers(dependencies: HttpDependencies): All {
  return {
    ...bulkHandlers(dependencies),
    ...keepHandlers(dependencies),
    ...listHandlers(dependencies),
    ...pageHandlers(dependencies),
  }
}

function bulkHandlers(
  dependencies: HttpDependencies,
): Pick<All, 'enableMany' | 'disableMany' | 'deleteMany' | 'export'> {
  const { store } = dependencies
  /** All of them are looked up before the first is touched. */
  const rowsOf = async (uids: readonly string[]): Promise<readonly AppRow[]> => {
    const rows: AppRow[] = []
    for (const uid of new Set(uids)) rows.push(await getApp(uid, dependencies))
    return rows
  }
  const each = async (uids: readonly string[], act: (row: AppRow) => Promise<unknown>): Promise<Reply> => {
    const rows = await rowsOf(uids)
    for (const row of rows) await act(row)
    return json({ count: rows.length })
  }
  return {
    enableMany: ({ body: { uids } }) => each(uids, row => switchApp(row, false, dependencies)),
    disableMany: ({ body: { uids } }) => each(uids, row => switchApp(row, true, dependencies)),
    deleteMany: ({ body: { uids } }) => each(uids, ({ tenant, uid }) => store.perform('deleteApp', { tenant, uid })),
    export: async ({ body: { uids } }) => ({
      type: 'stream',
      status: 200,
      contentType: 'application/octet-stream',
      headers: { 'content-disposition': 'attachment; filename="apps.zip"' },
      chunks: writeZip(
        (await rowsOf(uids)).map(({ namespace, id, source }) => ({ name: `${namespace}.${id}.yml`, text: source })),
      ),
    }),
  }
}

type Keeping = 'create' | 'get' | 'update' | 'delete' | 'enable' | 'disable' | 'validate'

function keepHandlers(dependencies: HttpDependencies): Pick<All, Keeping> {
  const { store } = dependencies
  const present = (row: AppRow): ReturnType<typeof jsonText> => jsonText(presentApp(row, dependencies))
  const turn = async (uid: string, isDisabled: boolean): Promise<ReturnType<typeof jsonText>> =>
    present(await switchApp(await getApp(uid, dependencies), isDisabled, dependencies))
  return {
    create: async ({ body }) => present(await saveApp(body, undefined, dependencies)),
    get: async ({ params: { uid } }) => present(await getApp(uid, dependencies)),
    update: async ({ params: { uid }, body }) =>
      present(await saveApp(body, await getApp(uid, dependencies), dependencies)),
    delete: async ({ params: { uid } }) => {
      const { tenant } = await getApp(uid, dependencies)
      await store.perform('deleteApp', { tenant, uid })
      return empty(200)
    },
    enable: ({ params: { uid } }) => turn(uid, false),
    disable: ({ params: { uid } }) => turn(uid, true),
    validate: ({ body }) => json(reportFlow(body, 0, { diagnostics: judgeApp(body, dependencies).diagnostics })),
  }
}

interface Wanted {
  readonly q?: string
  readonly tags?: readonly string[]
  readonly namespace?: string
  /** This one alone, not those below it. */
  readonly exactNamespace?: string
  readonly flowId?: string
}

const FILTERS: FilterTable<Wanted> = {
  q: { EQUALS: (wanted, q) => ({ ...wanted, q }), CONTAINS: (wanted, q) => ({ ...wanted, q }) },
  namespace: {
    EQUALS: (wanted, exactNamespace) => ({ ...wanted, exactNamespace }),
    PREFIX: (wanted, namespace) => ({ ...wanted, namespace }),
    STARTS_WITH: (wanted, namespace) => ({ ...wanted, namespace }),
  },
  flowId: { EQUALS: (wanted, flowId) => ({ ...wanted, flowId }) },
  tags: {
    EQUALS: (wanted, tag) => ({ ...wanted, tags: [tag] }),
    IN: (wanted, tags) => ({ ...wanted, tags: listOf(tags) }),
  },
}

const SIZE = 10

function listHandlers(dependencies: HttpDependencies): Pick<All, 'search' | 'catalog' | 'tags'> {
  const { store, config } = dependencies
  const find = async ({
    q = '',
    tags,
    namespace,
    exactNamespace,
    flowId,
  }: Wanted): Promise<readonly ReturnType<typeof describeApp>[]> => {
    const rows = await store.read.listApps(config.tenant)
    return rows
      .filter(
        row => namespace === undefined || row.namespace === namespace || row.namespace.startsWith(`${namespace}.`),
      )
      .filter(row => exactNamespace === undefined || row.namespace === exactNamespace)
      .filter(row => flowId === undefined || row.flowId === flowId)
      .map(row => describeApp(row, dependencies))
      .filter(app => tags === undefined || tags.some(tag => app.tags.includes(tag)))
      .filter(app => JSON.stringify(app).toLowerCase().includes(q.toLowerCase()))
  }
  return {
    search: async ({ query: { page = 1, size = SIZE, ...wanted }, filters }) => {
      const found = await find(applyFilters<Wanted>(wanted, filters, FILTERS))
      return json({ results: found.slice((page - 1) * size, page * size), total: found.length })
    },
    catalog: async ({ query: { page = 1, size = SIZE, ...wanted }, filters }) => {
      const found = (await find(applyFilters<Wanted>(wanted, filters, FILTERS))).filter(
        app => app['enabled'] === true && app['isListed'] === true,
      )
      return json({ results: found.slice((page - 1) * size, page * size), total: found.length })
    },
    tags: async () => json({ tags: [...new Set((await find({})).flatMap(({ tags }) => tags))].sort() }),
  }
}

type Pages =
  'page' | 'submit' | 'answer' | 'cancel' | 'file' | 'preview' | 'view' | 'dispatch' | 'link' | 'question' | 'decide'

const EVENTS = ['OPEN', 'CREATED', 'RUNNING', 'PAUSE', 'RESUME', 'SUCCESS', 'FAILURE', 'FALLBACK'] as const
const PREVIEW_BYTES_MAX = 1_000_000

function pageHandlers(dependencies: HttpDependencies): Pick<All, Pages> {
  const pages = newAppPages(dependencies)
  const approvals = newApprovalPages(dependencies)
  return {
    page: ({ params: { uid }, query: { run }, incoming }) => pages.show({ uid, run, incoming }),
    submit: ({ params: { uid }, query: { check }, incoming }) =>
      pages.submit({ uid, incoming, isCheck: check === true }),
    answer: ({ params: { uid }, query: { run }, incoming }) => pages.answer({ uid, run, incoming }),
    cancel: ({ params: { uid }, query: { run }, incoming }) => pages.cancel({ uid, run, incoming }),
    file: ({ params: { uid, output }, query: { run }, incoming }) => pages.file({ uid, run, output, incoming }),
    preview: async ({ incoming }) => {
      const form = new URLSearchParams(textOf((await readBytes(incoming, PREVIEW_BYTES_MAX)) ?? Buffer.alloc(0)))
      const { app } = judgeApp(form.get('source') ?? '', dependencies)
      const event = EVENTS.find(name => name === form.get('on')) ?? 'OPEN'
      if (app) return await previewApp(app, event, dependencies)
      return messagePage('Not an app yet', 'The problems below the text say what is missing.')
    },
    view: async ({ params: { uid }, query: { run } }) => json(await viewApp(uid, run, dependencies)),
    dispatch: ({ params: { uid }, incoming }) => dispatchApp({ uid, incoming }, dependencies),
    link: async ({ params: { executionId }, query: { taskRunId } }) => {
      const found = await getExecution(executionId, dependencies)
      if (taskRunId !== undefined) getRunById(found, taskRunId)
      const { state } = found.state
      if (state !== 'PAUSED' && found.state.paused === 0)
        throw new RequestError(
          409,
          'wrong-state',
          `The execution "${executionId}" is ${state}, not PAUSED: nobody is asked.`,
        )
      const { token, expiresMs } = await mintLink({ executionId, taskRunId, lifeMs: ANSWER_LIFE_MS }, dependencies)
      return json({ url: `${baseOf(dependencies)}/ui/t/${token}`, expires: new Date(expiresMs).toISOString() })
    },
    question: ({ params: { token }, incoming }) => approvals.show({ token, incoming }),
    decide: ({ params: { token }, incoming }) => approvals.answer({ token, incoming }),
  }
}
