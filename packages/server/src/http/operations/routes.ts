// Operations on many: begun, looked at, paused, cancelled, taken back.
import type { BulkKey, BulkRow, BulkWish } from '../../storage/bulks.ts'
import { trust } from '@batuta/core'
import type { Caller } from '../../access/caller.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { json, type Reply } from '../reply.ts'
import { RequestError, notFound, unprocessable } from '../request-error.ts'
import { actorOf } from './actor-of.ts'
import type { BulkRunner } from './bulk-runner.ts'
import { CHUNK_SIZE, searchOf } from './gather.ts'
import { readOperation, type OperationBody, type OperationWish, type Resource } from './operation.ts'
import { presentOperation } from './present-operation.ts'
import { beginnerOf, expectRight, isShownTo, rightOfOperation } from './operation-right.ts'
import { previewOperation } from './preview.ts'
import { whyNoUndo } from './why-no-undo.ts'

interface Given extends Omit<OperationWish, 'resource'> {
  readonly resource: string
}

export function operationHandlers(dependencies: HttpDependencies, runner: BulkRunner): Handlers<'operations'> {
  const { store, config, platform } = dependencies
  const keyOf = (id: string): BulkKey => ({ tenant: config.tenant, id })
  const show = async (id: string, caller: Caller): Promise<Reply> =>
    json(presentOperation(await getRow(keyOf(id), caller, dependencies), platform.nowMs()), 202)
  const wish = async (id: string, wished: BulkWish, caller: Caller): Promise<Reply> => {
    const { state } = await getRow(keyOf(id), caller, dependencies)
    const isOpen = await store.perform('wishBulk', { ...keyOf(id), wish: wished })
    if (!isOpen) throw new RequestError(409, 'operation-ended', `The operation "${id}" has ended: it is ${state}.`)
    runner.take(id)
    return await show(id, caller)
  }
  return {
    list: async ({ query: { size = 50 }, caller }) => {
      const all = await store.read.listBulks(config.tenant, size)
      const rows = all.filter(row => isShownTo(caller, readOperation(row)))
      return json({ results: rows.map(row => presentOperation(row, platform.nowMs())) })
    },
    get: async ({ params: { operationId }, caller }) =>
      json(presentOperation(await getRow(keyOf(operationId), caller, dependencies), platform.nowMs())),
    create: async ({ body, caller }) => {
      const world = worldFor(body, caller, runner)
      const { ids, ...wished } = judge(body, world)
      const operation = { ...bodyOf(wished, caller, dependencies), cursor: '' }
      return await show(await begin(operation, ids, { dependencies, runner }), caller)
    },
    preview: async ({ body, caller }) => {
      const world = worldFor(body, caller, runner)
      return json(await previewOperation(judge(body, world, true), world))
    },
    cancel: ({ params, caller }) => wish(params.operationId, 'cancel', caller),
    pause: ({ params, caller }) => wish(params.operationId, 'pause', caller),
    resume: ({ params, caller }) => wish(params.operationId, 'resume', caller),
    undo: async ({ params: { operationId }, caller }) => {
      const row = await getRow(keyOf(operationId), caller, dependencies)
      expectRight(caller, rightOfOperation(readOperation(row)))
      return await show(await undo(row, caller, { dependencies, runner }), caller)
    },
  }
}

/** The rooms as whoever asks sees them through what is to be done. */
function worldFor({ resource, action }: Given, caller: Caller, runner: BulkRunner): HttpDependencies {
  const right = rightOfOperation({ resource: trust<Resource>(resource), action })
  expectRight(caller, right)
  return runner.dependenciesFor(caller.grants, right)
}

async function getRow(key: BulkKey, caller: Caller, { store }: HttpDependencies): Promise<BulkRow> {
  const row = await store.read.findBulk(key)
  if (!row || !isShownTo(caller, readOperation(row))) throw notFound(`The operation "${key.id.slice(0, 100)}"`)
  return row
}

/** Whatever is wrong with it is said before it begins. */
function judge(given: Given, dependencies: HttpDependencies, isPreview = false): OperationWish {
  // The pattern of the route knows these three only.
  const wish: OperationWish = { ...given, resource: trust<Resource>(given.resource) }
  if ((wish.ids === undefined) === (wish.query === undefined))
    throw unprocessable('operation-invalid', 'Say whom it is about: either `ids` or a `query`.')
  const { action, labels } = wish
  if (!isPreview || action !== 'labels') actorOf({ ...wish, ...(labels ? { labels } : {}) }, dependencies)
  if (wish.query !== undefined && wish.resource === 'executions') searchOf(wish.query, dependencies)
  return wish
}

function bodyOf(wish: Omit<OperationWish, 'ids'>, caller: Caller, dependencies: HttpDependencies): OperationBody {
  const { platform } = dependencies
  const by = beginnerOf(caller)
  return {
    ...wish,
    owner: caller.kind === 'everybody' ? '' : caller.name,
    ...(by ? { by } : {}),
    createdMs: platform.nowMs(),
    canUndo: actorOf(wish, dependencies).undo !== undefined,
    ...{ chunks: 0, at: 0, total: 0, done: 0, skipped: 0, failed: 0, problems: [] },
  }
}

interface Place {
  readonly dependencies: HttpDependencies
  readonly runner: BulkRunner
}

async function begin(
  operation: OperationBody,
  ids: readonly string[] | undefined,
  { dependencies, runner }: Place,
): Promise<string> {
  const { store, config, newId } = dependencies
  const key = { tenant: config.tenant, id: newId() }
  const body = { ...operation }
  const chunks: { readonly seq: number; readonly body: string }[] = []
  if (ids) {
    const items = [...new Set(ids)].map(id => ({ id }))
    for (let from = 0; from < items.length; from += CHUNK_SIZE)
      chunks.push({ seq: body.chunks++, body: JSON.stringify(items.slice(from, from + CHUNK_SIZE)) })
    body.total = items.length
    delete body.cursor
  }
  await store.perform('createBulk', { ...key, body: JSON.stringify(body), updatedMs: body.createdMs, chunks })
  runner.take(key.id)
  return key.id
}

/** Another operation, which begins with what this one did. */
async function undo(row: BulkRow, caller: Caller, place: Place): Promise<string> {
  const { dependencies } = place
  const { store, platform } = dependencies
  const operation = readOperation(row)
  const nowMs = platform.nowMs()
  const why = whyNoUndo(row, operation, nowMs)
  if (why !== undefined) throw new RequestError(409, 'undo-impossible', why)
  const { resource, action, labels } = operation
  const wish = { resource, action, ...(labels ? { labels } : {}) }
  const body = { ...bodyOf(wish, caller, dependencies), canUndo: false, undoOf: row.id, cursor: '' }
  const id = await begin(body, undefined, place)
  await store.perform('saveBulk', {
    ...{ tenant: row.tenant, id: row.id, epoch: row.epoch, state: row.state, untilMs: 0, updatedMs: nowMs },
    ...{ heeded: null, chunks: [], body: JSON.stringify({ ...operation, undoneBy: id }) },
  })
  return id
}
