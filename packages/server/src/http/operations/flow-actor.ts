// What can be done to many flows and triggers, one by one, and what takes it back.
import { trust, type RecoverPolicy } from '@batuta/core'
import type { FlowKey, StoredTrigger, TriggerKey } from '../../storage/store.ts'
import { deleteFlow, judgeFlow, saveFlow } from '../../flows/save-flow.ts'
import { TriggerRefusal } from '../../flows/trigger-desk.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { setFlowDisabled } from '../flows/set-disabled.ts'
import { unprocessable } from '../request-error.ts'
import { switchTrigger } from '../triggers/missed.ts'
import { DONE, skipped, type Actor, type Outcome } from './operation.ts'

const ACTIONS = ['enable', 'disable', 'delete']

export function flowActor(action: string, dependencies: HttpDependencies): Actor {
  if (!ACTIONS.includes(action))
    throw unprocessable('action-invalid', `Flows know no "${action}"; they know ${ACTIONS.join(', ')}.`)
  return action === 'delete' ? deletion(dependencies) : switching(action === 'disable', dependencies)
}

const GONE = skipped('It does not exist any more.')

function switching(isDisabled: boolean, dependencies: HttpDependencies): Actor {
  const turn = async (id: string, wanted: boolean): Promise<Outcome> => {
    const result = await setFlowDisabled(flowKeyOf(id, dependencies), wanted, dependencies)
    if (result === 'missing') return GONE
    return result === 'invalid' ? skipped('Its source cannot be saved any more.') : DONE
  }
  return {
    prepare: async id => {
      const entry = dependencies.flows.newest(flowKeyOf(id, dependencies))
      if (!entry) return GONE
      return entry.isDisabled === isDisabled
        ? skipped(`It is ${isDisabled ? 'disabled' : 'enabled'} already.`)
        : { before: null }
    },
    act: id => turn(id, isDisabled),
    undo: id => turn(id, !isDisabled),
  }
}

/** The tombstone is a revision: what was there comes back from the one before. */
function deletion(dependencies: HttpDependencies): Actor {
  const { flows, store, saveWorld } = dependencies
  return {
    prepare: async id => {
      const entry = flows.newest(flowKeyOf(id, dependencies))
      return entry ? { before: entry.revision } : GONE
    },
    act: async id => {
      await deleteFlow(flowKeyOf(id, dependencies), saveWorld)
      return DONE
    },
    undo: async (id, before) => {
      const key = flowKeyOf(id, dependencies)
      if (flows.newest(key)) return skipped('There is a new one of this name.')
      const row = await store.read.findFlow(key, trust<number>(before))
      const flow = row && judgeFlow(row.source, saveWorld).flow
      if (!flow) return skipped('Its source cannot be saved any more.')
      await saveFlow(row.source, flow, saveWorld)
      return DONE
    },
  }
}

function flowKeyOf(id: string, { config }: HttpDependencies): FlowKey {
  const [namespace = '', flowId = ''] = id.split('/')
  return { tenant: config.tenant, namespace, flowId }
}

export function triggerActor(action: string, missed: RecoverPolicy | undefined, dependencies: HttpDependencies): Actor {
  if (action !== 'enable' && action !== 'disable')
    throw unprocessable('action-invalid', `Triggers know no "${action}"; they know enable, disable.`)
  const isDisabled = action === 'disable'
  const turn = async (id: string, wanted: boolean, policy?: RecoverPolicy): Promise<Outcome> => {
    try {
      await switchTrigger(triggerKeyOf(id, dependencies), { isDisabled: wanted, missed: policy }, dependencies)
      return DONE
    } catch (error) {
      if (error instanceof TriggerRefusal) return skipped(error.message)
      throw error
    }
  }
  return {
    prepare: async id => {
      const row = await findTrigger(triggerKeyOf(id, dependencies), dependencies)
      if (!row) return GONE
      return row.isDisabled === isDisabled
        ? skipped(`It is ${isDisabled ? 'disabled' : 'enabled'} already.`)
        : { before: null }
    },
    act: async id => {
      // A death after the switch: what was missed was decided with it, and is not asked twice.
      const isDone =
        missed !== undefined && (await findTrigger(triggerKeyOf(id, dependencies), dependencies))?.isDisabled === false
      return isDone ? DONE : await turn(id, isDisabled, missed)
    },
    undo: id => turn(id, !isDisabled),
  }
}

async function findTrigger(key: TriggerKey, { store }: HttpDependencies): Promise<StoredTrigger | undefined> {
  return (await store.read.listTriggers(key)).find(({ triggerId }) => triggerId === key.triggerId)
}

function triggerKeyOf(id: string, { config }: HttpDependencies): TriggerKey {
  const [namespace = '', flowId = '', triggerId = ''] = id.split('/')
  return { tenant: config.tenant, namespace, flowId, triggerId }
}
