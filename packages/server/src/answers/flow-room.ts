// What tasks do with flows and boards: list them, save them, delete them. Saving is what a person does who saves: judged as a whole, kept as a revision,
// its triggers with their cursors.
import { BatutaError, isMap, mapGet, parseYaml, printValue, type Value } from '@batuta/core'
import { deleteFlow, judgeFlow, withTaskFiles, saveFlow, type SaveWorld } from '../flows/save-flow.ts'
import type { FlowKey } from '../storage/store.ts'
import { flagOf, optionalText, textOf } from './arguments.ts'
import type { AnswerWorld, Answers } from './asker.ts'

/** Filled when the server has what saving takes, which is after it has what answering takes. */
export interface FlowSaver {
  world?: SaveWorld
}

const FLOWS_MAX = 10_000
/** Boards belong to all. */
const OWNER = ''

export const FLOW_ROOM_ANSWERS: Answers = {
  'flows.list': async ({ flows, store }, args, { tenant }) => {
    const namespace = optionalText(args, 'namespace')
    const hasChildren = flagOf(args, 'includeChildNamespaces', false)
    const wanted = [...flows.all()].filter(
      flow => flow.tenant === tenant && isWithin(flow.namespace, namespace, hasChildren),
    )
    if (wanted.length > FLOWS_MAX)
      throw new BatutaError(
        'value-too-large',
        `There are ${wanted.length} flows, more than ${FLOWS_MAX}: name a namespace.`,
      )
    const found: Value[] = []
    for (const { namespace: of, flowId } of wanted) {
      const row = await store.read.findFlow({ tenant, namespace: of, flowId })
      if (row) found.push({ namespace: of, id: flowId, revision: row.revision, source: row.source })
    }
    return found
  },
  /** With `isDryRun` it is told what would be, and nothing is saved. */
  'flows.save': async (world, args, { tenant }) => {
    const saving = saverOf(world, tenant)
    const source = textOf(args, 'source')
    const { flow, diagnostics } = judgeFlow(source, await withTaskFiles(source, saving))
    if (!flow) {
      const problems = diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message)
      throw new BatutaError('question-malformed', `The flow is not valid: ${problems.join('; ')}`)
    }
    const { namespace, id } = flow
    const key = { tenant, namespace, flowId: id }
    const before = saving.flows.newest(key) && (await world.store.read.findFlow(key))
    const state = before === undefined ? 'ADDED' : before.source === source ? 'UNCHANGED' : 'UPDATED'
    if (flagOf(args, 'isDryRun', false) || state === 'UNCHANGED')
      return { namespace, id, state, revision: before?.revision ?? null }
    const { revision } = await saveFlow(source, flow, saving)
    return { namespace, id, state, revision }
  },
  'flows.delete': async (world, args, { tenant, namespace, flowId }) => {
    const key: FlowKey = { tenant, namespace: textOf(args, 'namespace'), flowId: textOf(args, 'flowId') }
    if (key.namespace === namespace && key.flowId === flowId)
      throw new BatutaError('question-malformed', 'A flow does not delete itself.')
    return await deleteFlow(key, saverOf(world, tenant))
  },
  'dashboards.list': async ({ store }, _args, { tenant }) => {
    const rows = await store.read.listUserSettings(tenant, 'dashboard', OWNER)
    return rows.map(({ id, body }) => ({ id, source: String(JSON.parse(body).source) }))
  },
  'dashboards.save': async ({ store, nowMs }, args, { tenant }) => {
    const source = textOf(args, 'source')
    const id = boardIdOf(source)
    const rows = await store.read.listUserSettings(tenant, 'dashboard', OWNER)
    const before = rows.find(row => row.id === id)
    const isSame = before !== undefined && JSON.parse(before.body).source === source
    const state = before === undefined ? 'ADDED' : isSame ? 'UNCHANGED' : 'UPDATED'
    if (flagOf(args, 'isDryRun', false) || state === 'UNCHANGED') return { id, state }
    const key = { tenant, kind: 'dashboard', owner: OWNER, id } as const
    await store.perform('saveUserSetting', { ...key, body: JSON.stringify({ source }), updatedMs: nowMs() })
    return { id, state }
  },
  'dashboards.delete': async ({ store }, args, { tenant }) =>
    await store.perform('deleteUserSetting', { tenant, kind: 'dashboard', owner: OWNER, id: textOf(args, 'id') }),
}

function isWithin(of: string, namespace: string | undefined, hasChildren: boolean): boolean {
  return namespace === undefined || of === namespace || (hasChildren && of.startsWith(`${namespace}.`))
}

function saverOf({ saver }: AnswerWorld, tenant: string): SaveWorld {
  if (saver?.world?.tenant === tenant) return saver.world
  throw new BatutaError('question-unknown', 'Nothing here saves flows.')
}

const BOARD_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/

function boardIdOf(source: string): string {
  const { value, problem } = parseYaml(source)
  const text = (name: string): string =>
    value === undefined || !isMap(value) ? '' : printValue(mapGet(value, name) ?? '')
  if (problem !== undefined || text('title') === '' || !BOARD_ID.test(text('id')))
    throw new BatutaError(
      'question-malformed',
      problem ?? `A dashboard needs a title and an id of letters, digits, "_" and "-", not "${text('id')}".`,
    )
  return text('id')
}
