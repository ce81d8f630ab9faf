import {
  decodeTriggerState,
  encodeValue,
  fromPlain,
  isMap,
  mapFrom,
  type ApiDialect,
  type BackfillRequest,
  type Label,
  type RecoverPolicy,
  type Value,
  type ValueMap,
} from '@batuta/core'
import { TriggerRefusal } from '../../flows/trigger-desk.ts'
import type { StoredTrigger, TriggerKey } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { parseMoment } from '../parse-moment.ts'
import { sortDocuments } from '../sort-documents.ts'
import { csvText } from '../csv.ts'
import { csv, empty, json, jsonText, pageText, type Reply } from '../reply.ts'
import { RequestError } from '../request-error.ts'
import { findMissed, switchTrigger } from './missed.ts'
import { triggerDocument, triggerState } from './present-trigger.ts'
import { findTriggers } from './search-triggers.ts'

type All = Handlers<'triggers'>

const PAGE_SIZE = 10
const REASONS_SHOWN_MAX = 50

export function triggerHandlers(dependencies: HttpDependencies): All {
  return {
    ...readHandlers(dependencies),
    ...backfillHandlers(dependencies),
    ...switchHandlers(dependencies),
  }
}

interface Named {
  readonly namespace: string
  readonly flowId: string
  readonly triggerId: string
}

function keyOf({ namespace, flowId, triggerId }: Named, { config }: HttpDependencies): TriggerKey {
  return { tenant: config.tenant, namespace, flowId, triggerId }
}

/** Does what is asked and shows where the trigger stands then. */
async function change(
  named: Named,
  dialect: ApiDialect,
  { dependencies, act }: { readonly dependencies: HttpDependencies; act(key: TriggerKey): Promise<void> },
): Promise<Reply> {
  return await refusing(async () => {
    const key = keyOf(named, dependencies)
    await act(key)
    const { stored } = await dependencies.triggerDesk.get(key)
    return jsonText(encodeValue(await stateOf(stored, dialect, dependencies)))
  })
}

/** All that can be changed; those that cannot are left as they are. */
async function changeMany(keys: readonly TriggerKey[], act: (key: TriggerKey) => Promise<void>): Promise<Reply> {
  let count = 0
  for (const key of keys) {
    try {
      await act(key)
      count += 1
    } catch (error) {
      if (!(error instanceof TriggerRefusal)) throw error
    }
  }
  return json({ count })
}

async function refusing(run: () => Promise<Reply>): Promise<Reply> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof TriggerRefusal)) throw error
    throw new RequestError(error.status, `trigger-${CODES[error.status]}`, error.message, { cause: error })
  }
}

const CODES = { 404: 'not-found', 409: 'conflict', 422: 'invalid' } as const

async function lockedBy(stored: StoredTrigger, { store }: HttpDependencies): Promise<string | undefined> {
  if (stored.executionId === null) return undefined
  const row = await store.read.findExecution(stored.executionId)
  return row && row.waitsFor !== null ? stored.executionId : undefined
}

async function stateOf(stored: StoredTrigger, dialect: ApiDialect, dependencies: HttpDependencies): Promise<ValueMap> {
  const { triggerDesk, flows } = dependencies
  const trigger = triggerDesk.triggerOf(stored)
  const entry = flows.newest(stored)
  const isDisabledInFlow = trigger?.disabled === true || entry?.isDisabled === true
  return triggerState(stored, {
    ...{ dialect, trigger, isDisabledInFlow, savedMs: entry?.savedMs },
    lockedBy: await lockedBy(stored, dependencies),
  })
}

async function rowOf(stored: StoredTrigger, dialect: ApiDialect, dependencies: HttpDependencies): Promise<string> {
  const trigger = dependencies.triggerDesk.triggerOf(stored)
  const definition: Value = trigger ? triggerDocument(trigger) : null
  const state = await stateOf(stored, dialect, dependencies)
  return encodeValue(
    dialect === 'c' ? { trigger: definition, state } : { abstractTrigger: definition, triggerContext: state },
  )
}

function readHandlers(
  dependencies: HttpDependencies,
): Pick<All, 'search' | 'export' | 'listOfFlow' | 'why' | 'missed'> {
  const { triggerDesk, store, reasons, config } = dependencies
  return {
    search: async ({ query: { page = 1, size = PAGE_SIZE, all = false, sort, ...flat }, filters, dialect }) => {
      const every = sortDocuments(await findTriggers(flat, filters, dependencies), sort, columnOf)
      const found = all ? every : every.filter(row => hasState(row, dependencies))
      const shown = found.slice((page - 1) * size, page * size)
      return pageText(await Promise.all(shown.map(row => rowOf(row, dialect, dependencies))), found.length)
    },
    export: async ({ query, filters }) => {
      const found = await findTriggers(query, filters, dependencies)
      return csv(csvText([CSV_HEAD, ...found.map(cellsOf)]))
    },
    listOfFlow: async ({ params: { namespace, flowId }, query: { page = 1, size = PAGE_SIZE, q }, dialect }) => {
      const rows = await store.read.listTriggers({ tenant: config.tenant, namespace, flowId })
      const found = rows.filter(row => hasState(row, dependencies) && (q === undefined || row.triggerId.includes(q)))
      const shown = found.slice((page - 1) * size, page * size)
      const states = await Promise.all(shown.map(row => stateOf(row, dialect, dependencies)))
      return pageText(states.map(encodeValue), found.length)
    },
    why: async ({ params, dialect }) =>
      await refusing(async () => {
        const key = keyOf(params, dependencies)
        const { stored } = await triggerDesk.get(key)
        await reasons.write()
        const rows = await store.read.listReasons(key, REASONS_SHOWN_MAX)
        const shown = rows.map(({ code, reason, count, firstMs, lastMs }) =>
          mapFrom([
            ['code', code],
            ['reason', reason],
            ['count', count],
            ['firstDate', new Date(firstMs).toISOString()],
            ['lastDate', new Date(lastMs).toISOString()],
          ]),
        )
        return jsonText(encodeValue({ state: await stateOf(stored, dialect, dependencies), reasons: shown }))
      }),
    missed: async ({ params }) =>
      await refusing(async () => json(await findMissed(keyOf(params, dependencies), dependencies))),
  }
}

function columnOf(row: StoredTrigger, column: string): string | number | null {
  switch (column) {
    case 'namespace':
      return row.namespace
    case 'flowId':
      return row.flowId
    case 'triggerId':
    case 'id':
      return row.triggerId
    case 'nextExecutionDate':
    case 'nextEvaluationDate':
      return row.nextMs
    case 'date':
    case 'lastTriggeredDate':
    case 'updatedDate':
      return row.lastMs
  }
  return null
}

/** Webhooks and Flow triggers are asked from outside, and stand nowhere; unless somebody switched them off. */
const STATELESS = ['io.kestra.plugin.core.trigger.Webhook', 'io.kestra.plugin.core.trigger.Flow']

function hasState(row: StoredTrigger, { triggerDesk }: HttpDependencies): boolean {
  return row.isDisabled || !STATELESS.includes(triggerDesk.triggerOf(row)?.type ?? '')
}

const CSV_HEAD = ['namespace', 'flowId', 'triggerId', 'date', 'nextExecutionDate', 'executionId', 'disabled']

function cellsOf(row: StoredTrigger): readonly string[] {
  const { namespace, flowId, triggerId, lastMs, nextMs, executionId, isDisabled } = row
  const date = (ms: number | null): string => (ms === null ? '' : new Date(ms).toISOString())
  return [namespace, flowId, triggerId, date(lastMs), date(nextMs), executionId ?? '', String(isDisabled)]
}

type Backfilling = Extract<keyof All, `${string}ackfill${string}`>

function backfillHandlers(dependencies: HttpDependencies): Pick<All, Backfilling> {
  const { triggerDesk: desk, platform } = dependencies
  const key = (named: Named): TriggerKey => keyOf(named, dependencies)
  const remove = (of: TriggerKey): Promise<void> => desk.deleteBackfill(of)
  const pause = (of: TriggerKey): Promise<void> => desk.pauseBackfill(of, true)
  const unpause = (of: TriggerKey): Promise<void> => desk.pauseBackfill(of, false)
  return {
    createBackfill: ({ body, dialect }) => {
      const request = backfillRequest({ ...body, ...body.backfill }, platform.nowMs())
      return change(body, dialect, { dependencies, act: of => desk.createBackfill(of, request) })
    },
    deleteBackfill: ({ body, dialect }) => change(body, dialect, { dependencies, act: remove }),
    pauseBackfill: ({ body, dialect }) => change(body, dialect, { dependencies, act: pause }),
    unpauseBackfill: ({ body, dialect }) => change(body, dialect, { dependencies, act: unpause }),
    deleteBackfillsByTriggers: ({ body }) => changeMany(body.map(key), remove),
    pauseBackfillsByTriggers: ({ body }) => changeMany(body.map(key), pause),
    unpauseBackfillsByTriggers: ({ body }) => changeMany(body.map(key), unpause),
    deleteBackfillsByQuery: async ({ query, filters }) =>
      changeMany(await findTriggers(query, filters, dependencies), remove),
    pauseBackfillsByQuery: async ({ query, filters }) =>
      changeMany(await findTriggers(query, filters, dependencies), pause),
    unpauseBackfillsByQuery: async ({ query, filters }) =>
      changeMany(await findTriggers(query, filters, dependencies), unpause),
  }
}

interface BackfillBody {
  readonly start?: string
  readonly end?: string | null
  readonly inputs?: Readonly<Record<string, unknown>> | null
  readonly labels?: unknown
  readonly paused?: boolean
}

function backfillRequest({ start, end, inputs, labels, paused }: BackfillBody, nowMs: number): BackfillRequest {
  if (start === undefined) throw new RequestError(422, 'trigger-invalid', 'A backfill needs a `start`.')
  const given = inputs === undefined || inputs === null ? undefined : fromPlain(inputs)
  const added = labelsOf(labels)
  return {
    startMs: parseMoment(start, '`start`'),
    endMs: end === undefined || end === null ? nowMs : parseMoment(end, '`end`'),
    isPaused: paused === true,
    ...(given !== undefined && isMap(given) ? { inputs: given } : {}),
    ...(added.length > 0 ? { labels: added } : {}),
  }
}

/** A list of keys and values, or a map. */
function labelsOf(labels: unknown): readonly Label[] {
  if (labels === undefined || labels === null || typeof labels !== 'object') return []
  if (!Array.isArray(labels)) return Object.entries(labels).map(([key, value]) => ({ key, value: String(value) }))
  return labels.flatMap((item: unknown) =>
    typeof item === 'object' && item !== null && 'key' in item && 'value' in item
      ? [{ key: String(item.key), value: String(item.value) }]
      : [],
  )
}

function switchHandlers(
  dependencies: HttpDependencies,
): Omit<All, Backfilling | 'search' | 'export' | 'listOfFlow' | 'why' | 'missed'> {
  const { triggerDesk: desk, platform } = dependencies
  const key = (named: Named): TriggerKey => keyOf(named, dependencies)
  const unlock = async (of: TriggerKey): Promise<void> => {
    const { stored } = await desk.get(of)
    const isPolling = decodeTriggerState(stored.state).watch?.isOut === true
    await desk.unlock(of, isPolling || (await lockedBy(stored, dependencies)) !== undefined)
  }
  const forget = (of: TriggerKey): Promise<void> => desk.forget(of)
  const turn = (of: TriggerKey, isDisabled: boolean, missed: RecoverPolicy | undefined): Promise<void> =>
    switchTrigger(of, { isDisabled, missed }, dependencies)
  return {
    update: ({ body, dialect }) =>
      change(body, dialect, {
        dependencies,
        act: async of => {
          const { stored } = await desk.get(of)
          const running = decodeTriggerState(stored.state).backfill
          if (typeof body.disabled === 'boolean') await turn(of, body.disabled, body.missed)
          else if (body.missed !== undefined)
            throw new TriggerRefusal(422, '`missed` is for switching a trigger on: it needs `disabled: false`.')
          const { backfill } = body
          if (!backfill) return
          const request = backfillRequest(backfill, platform.nowMs())
          // Clients send back what they were given: a backfill that is there already is no new one.
          if (running?.startMs === request.startMs && running.endMs === request.endMs) return
          await desk.createBackfill(of, request)
        },
      }),
    setDisabled: ({ body, dialect }) =>
      change(body, dialect, { dependencies, act: of => turn(of, body.disabled, body.missed) }),
    setDisabledByTriggers: ({ body: { triggers, disabled = true, missed } }) =>
      changeMany(triggers.map(key), of => turn(of, disabled, missed)),
    setDisabledByQuery: async ({ query: { disabled = true, missed, ...flat }, filters }) =>
      changeMany(await findTriggers(flat, filters, dependencies), of => turn(of, disabled, missed)),
    unlock: ({ params, dialect }) => change(params, dialect, { dependencies, act: unlock }),
    unlockByTriggers: ({ body }) => changeMany(body.map(key), unlock),
    unlockByQuery: async ({ query, filters }) => changeMany(await findTriggers(query, filters, dependencies), unlock),
    restart: ({ params, dialect }) => change(params, dialect, { dependencies, act: of => desk.restart(of) }),
    delete: async ({ params, dialect }) =>
      await refusing(async () => {
        await forget(key(params))
        return empty(dialect === 'c' ? 204 : 200)
      }),
    deleteByTriggers: ({ body }) => changeMany(body.map(key), forget),
    deleteByQuery: async ({ query, filters }) => changeMany(await findTriggers(query, filters, dependencies), forget),
  }
}
