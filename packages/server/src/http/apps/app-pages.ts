// The pages of an app: its form, what it has started, and what is done on them. They need no script: forms are sent, pages are shown.
import type { IncomingMessage } from 'node:http'
import {
  blocksOn,
  escapeHtml,
  type App,
  type AppBlock,
  type Plan,
  type ResolvedInput,
  type ValueMap,
} from '@batuta/core'
import type { AppRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { commandExecution } from '../executions/act-on-execution.ts'
import { downloadFile, findFile } from '../executions/execution-files.ts'
import { prepareExecution } from '../executions/prepare-execution.ts'
import { readForm, type Form } from '../executions/read-form.ts'
import { resumeExecution } from '../executions/resume-execution.ts'
import {
  bornOf,
  invalidInputs,
  keyOf,
  planToStart,
  refuseHeld,
  submitBirth,
  withChecks,
} from '../executions/start-execution.ts'
import { findCaller } from '../find-caller.ts'
import { jsonText, type Reply } from '../reply.ts'
import { RequestError, notFound, refusalOf } from '../request-error.ts'
import { newOriginCheck } from '../trusted-origin.ts'
import { appOf, getApp } from './apps.ts'
import { blocksHtml, type Scene } from './blocks-html.ts'
import { meantBy } from './fields-html.ts'
import { VIEW_LIFE_MS, mintLink, openLink } from './links.ts'
import { messagePage, publicPage } from './public-frame.ts'
import { askedByFlow, askedByRun, linesOf, seeExecution, type SeenExecution } from './view-app.ts'

export interface AppCall {
  readonly uid: string
  readonly run?: string | undefined
  readonly incoming: IncomingMessage
}

/** Whoever makes a page of an app: the guard at its door, and what stands behind. */
export interface AppPages {
  show(call: AppCall): Promise<Reply>
  submit(call: AppCall & { readonly isCheck: boolean }): Promise<Reply>
  answer(call: AppCall): Promise<Reply>
  cancel(call: AppCall): Promise<Reply>
  file(call: AppCall & { readonly output: string }): Promise<Reply>
}

export const APP_LABEL = 'system.app'
const NO_INPUTS: ValueMap = {}

export function newAppPages(dependencies: HttpDependencies): AppPages {
  const open = newDoor(dependencies)
  return {
    show: call => asPage(async () => await showApp(await open(call), call, dependencies)),
    submit: call =>
      asPage(async () => {
        const { app, row } = await open(call)
        return await submitApp({ app, row, ...call }, dependencies)
      }),
    answer: call =>
      asPage(async () => {
        const { row } = await open(call)
        const { executionId } = await openLink(call.run ?? '', row.uid, dependencies)
        const params = { executionId }
        await resumeExecution(
          { params, query: {}, incoming: call.incoming, dialect: 'b', by: `app ${row.id}`, meant: meantBy },
          dependencies,
        )
        return seeOther(addressOf(row.uid, call.run))
      }),
    cancel: call =>
      asPage(async () => {
        const { row } = await open(call)
        const { executionId } = await openLink(call.run ?? '', row.uid, dependencies)
        const command = { name: 'kill', isCascading: true } as const
        await commandExecution(executionId, command, { dependencies, dialect: 'b' })
        return seeOther(addressOf(row.uid, call.run))
      }),
    file: async call => {
      const { row } = await open(call)
      const { executionId } = await openLink(call.run ?? '', row.uid, dependencies)
      const { outputs } = await seeExecution(executionId, dependencies)
      const value = outputs.find(({ id }) => id === call.output)?.value
      if (typeof value !== 'string' || !value.startsWith('kestra://')) throw notFound(`The file "${call.output}"`)
      const entry = await findFile(executionId, value, dependencies)
      if ('type' in entry) throw notFound(`The file "${call.output}"`)
      return await downloadFile(entry, dependencies)
    },
  }
}

/** Whatever is refused is told on a page. */
export async function asPage(make: () => Promise<Reply>): Promise<Reply> {
  try {
    return await make()
  } catch (error) {
    const { refusal, isOurs } = refusalOf(error)
    if (isOurs || refusal.status === 401) throw error
    const title = refusal.status === 404 || refusal.status === 410 ? 'Nothing is here' : 'This was not possible'
    return messagePage(title, refusal.message, refusal.status)
  }
}

interface OpenApp {
  readonly row: AppRow
  readonly app: App
}

/** A public app is for whoever has its address; another one for whoever may log in. No other site may send its forms. */
function newDoor(dependencies: HttpDependencies): (call: AppCall) => Promise<OpenApp> {
  const checkOrigin = newOriginCheck(dependencies.config, () => !dependencies.access.book.isOpen)
  return async ({ uid, incoming }) => {
    const { method = 'GET', headers } = incoming
    const foreign = checkOrigin({ method, headers })
    if (foreign) throw foreign
    const row = await getApp(uid, dependencies).catch(() => undefined)
    const app = row && appOf(row, dependencies)
    const isSeen = app?.access === 'PUBLIC' || (await maySee(row, incoming, dependencies))
    if (!row || !app || !isSeen) throw new RequestError(404, 'not-found', 'This app is not there, or not any more.')
    if (app.disabled) throw new RequestError(410, 'app-disabled', `${app.displayName} is switched off for now.`)
    return { row, app }
  }
}

/** @throws {RequestError} 401 when nobody is known who asks. */
async function maySee(
  row: AppRow | undefined,
  incoming: IncomingMessage,
  dependencies: HttpDependencies,
): Promise<boolean> {
  const { grants } = await findCaller(incoming, dependencies)
  const action = incoming.method === 'GET' ? 'READ' : 'CREATE'
  return row !== undefined && grants.may('APPEXECUTION', action, row.namespace)
}

async function showApp({ row, app }: OpenApp, { run }: AppCall, dependencies: HttpDependencies): Promise<Reply> {
  if (run === undefined) {
    const plan = await planToStart({ params: { namespace: app.namespace, id: app.flowId }, query: {} }, dependencies)
    const perInput = await askedByFlow(plan, NO_INPUTS, dependencies)
    return await stagePage(app, { uid: row.uid, perInput }, dependencies)
  }
  const { executionId } = await openLink(run, row.uid, dependencies)
  const execution = await seeExecution(executionId, dependencies)
  const taskRunId = execution.waiting?.taskRunId ?? ''
  const asked =
    execution.event === 'PAUSE'
      ? await askedByRun({ executionId, taskRunId, inputs: NO_INPUTS }, dependencies)
      : undefined
  return await stagePage(app, { uid: row.uid, run, execution, ...asked }, dependencies)
}

interface Stage {
  readonly uid: string
  readonly run?: string
  readonly execution?: SeenExecution
  readonly perInput?: readonly ResolvedInput[]
  readonly isDecision?: boolean
  readonly isTried?: boolean
  readonly problem?: string
}

async function stagePage(app: App, stage: Stage, dependencies: HttpDependencies): Promise<Reply> {
  const { uid, run, execution, perInput = [], isDecision = false, isTried = false, problem } = stage
  const scene: Scene = {
    base: addressOf(uid),
    query: run === undefined ? '' : `?run=${encodeURIComponent(run)}`,
    ...{ execution, perInput, isDecision, isTried, problem },
    linesOf: async ({ level, taskIds }) =>
      execution ? await linesOf(execution.id, { level, taskIds }, dependencies) : [],
  }
  const blocks = blocksOn(app, execution?.event ?? 'OPEN')
  return publicPage({
    title: app.displayName,
    theme: app.theme,
    isLive: execution?.isLive ?? false,
    status: isTried && problem !== undefined ? 422 : 200,
    body: `${headOf(app, blocks)}\n${await blocksHtml(blocks, scene)}`,
  })
}

/** An app whose first block is a heading needs no other. */
function headOf({ displayName, description }: App, [first]: readonly AppBlock[]): string {
  if (first?.type === 'markdown' && /^\s*# /.test(first.content)) return ''
  const about = description === undefined ? '' : `\n<p>${escapeHtml(description)}</p>`
  return `<h1>${escapeHtml(displayName)}</h1>${about}`
}

interface Submission extends OpenApp, AppCall {
  readonly isCheck: boolean
}

async function submitApp(submission: Submission, dependencies: HttpDependencies): Promise<Reply> {
  const { app, row, incoming, isCheck } = submission
  const plan = await planToStart({ params: { namespace: app.namespace, id: app.flowId }, query: {} }, dependencies)
  const executionId = dependencies.newId(keyOf(plan))
  const place = { plan, executionId, ...(isCheck ? {} : { files: dependencies.files }) }
  const form = await readForm(incoming, place)
  const inputs = meantBy(form.inputs, plan.flow.inputs)
  const again = async (problem?: string): Promise<Reply> => {
    const perInput = await askedByFlow(plan, inputs, dependencies)
    const told = problem === undefined ? {} : { problem, isTried: true }
    return await stagePage(app, { uid: row.uid, perInput, ...told }, dependencies)
  }
  if (isCheck) return await again()
  try {
    await startFor(row.uid, { plan, executionId, inputs }, dependencies)
  } catch (error) {
    await form.discard()
    const { refusal, isOurs } = refusalOf(error)
    if (isOurs || refusal.status !== 422) throw error
    return await again(refusal.code === 'inputs-invalid' ? 'Some fields need another look.' : refusal.message)
  }
  const { token } = await mintLink({ executionId, appUid: row.uid, lifeMs: VIEW_LIFE_MS }, dependencies)
  return seeOther(addressOf(row.uid, token))
}

interface AppStart {
  readonly plan: Plan
  readonly executionId: string
  readonly inputs: ValueMap
}

async function startFor(
  uid: string,
  { plan, executionId, inputs }: AppStart,
  dependencies: HttpDependencies,
): Promise<void> {
  await refuseHeld(plan, undefined, dependencies)
  const labels = [{ key: APP_LABEL, value: uid }]
  const prepared = await prepareExecution(executionId, { plan, inputs, labels, isForm: true }, dependencies)
  if (!('birth' in prepared)) throw invalidInputs(prepared.problems)
  const birth = plan.flow.checks.length === 0 ? prepared.birth : await withChecks(prepared.birth, plan, dependencies)
  bornOf(await submitBirth({ executionId, birth }, () => '', dependencies))
}

/** The same for programs: what is sent starts the flow, and the answer says where to look. */
export async function dispatchApp({ uid, incoming }: AppCall, dependencies: HttpDependencies): Promise<Reply> {
  const row = await getApp(uid, dependencies)
  const app = appOf(row, dependencies)
  if (!app || app.disabled) throw new RequestError(409, 'app-disabled', `The app "${row.id}" is switched off.`)
  const plan = await planToStart({ params: { namespace: app.namespace, id: app.flowId }, query: {} }, dependencies)
  const executionId = dependencies.newId(keyOf(plan))
  const form: Form = await readForm(incoming, { plan, executionId, files: dependencies.files })
  try {
    await startFor(uid, { plan, executionId, inputs: meantBy(form.inputs, plan.flow.inputs) }, dependencies)
  } catch (error) {
    await form.discard()
    throw error
  }
  const { token } = await mintLink({ executionId, appUid: uid, lifeMs: VIEW_LIFE_MS }, dependencies)
  return jsonText(JSON.stringify({ executionId, run: token, url: addressOf(uid, token) }))
}

/** Where an app stands, as data. */
export async function viewApp(uid: string, run: string | undefined, dependencies: HttpDependencies): Promise<unknown> {
  const row = await getApp(uid, dependencies)
  const app = appOf(row, dependencies)
  if (!app) throw notFound(`The app "${uid}"`)
  const link = run === undefined ? undefined : await openLink(run, uid, dependencies)
  const seen = link && (await seeExecution(link.executionId, dependencies))
  const event = seen?.event ?? 'OPEN'
  const head = { uid, id: app.id, name: app.displayName, event, blocks: blocksOn(app, event) }
  return { ...head, ...(seen && { execution: { id: seen.id, state: seen.state } }) }
}

/** How an app would look, from its text. */
export async function previewApp(
  app: App,
  event: Parameters<typeof blocksOn>[1],
  dependencies: HttpDependencies,
): Promise<Reply> {
  const found = await planToStart(
    { params: { namespace: app.namespace, id: app.flowId }, query: {} },
    dependencies,
  ).catch(() => undefined)
  const perInput = found ? await askedByFlow(found, NO_INPUTS, dependencies) : []
  const execution: SeenExecution | undefined =
    event === 'OPEN'
      ? undefined
      : { id: '', state: 'RUNNING', event, isLive: true, inputs: [], outputs: [], waiting: { taskRunId: '' } }
  const blocks = blocksOn(app, event)
  const scene: Scene = {
    ...{ base: '#', query: '', execution, isDecision: false, isTried: false, problem: undefined },
    perInput: event === 'OPEN' ? perInput : [],
    linesOf: () => Promise.resolve([]),
  }
  const body = `${headOf(app, blocks)}\n${await blocksHtml(blocks, scene)}`
  return publicPage({ title: app.displayName, theme: app.theme, body, isPreview: true })
}

export function addressOf(uid: string, run?: string): string {
  return `/ui/a/${encodeURIComponent(uid)}${run === undefined ? '' : `?run=${encodeURIComponent(run)}`}`
}

export function seeOther(location: string): Reply {
  return { type: 'empty', status: 303, headers: { location } }
}
