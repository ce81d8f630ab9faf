// Which secrets flows ask for by names that stand in them, and which of these nobody would be given.
import { BatutaError, askedNames, type AskedName } from '@batuta/core'
import { isAtOrAbove } from '../../namespaces/ancestors.ts'
import { nameOf } from '../../secrets/secret-sources.ts'
import type { FlowEntry, HttpDependencies } from '../dependencies.ts'
import { mapInTurns } from '../map-in-turns.ts'

interface FlowName {
  readonly namespace: string
  readonly id: string
}

export interface AskedSecret {
  readonly namespace: string
  readonly key: string
  readonly isMissing: boolean
  readonly flows: readonly FlowName[]
}

type Asked = Pick<AskedName & { type: 'secret' }, 'namespace' | 'name'>

/** Looked up one by one: those after it are not said to be missing. */
const LOOK_UPS_MAX = 1_000

/** What a flow asks for is read once per revision. */
export function newSecretUsage(
  dependencies: HttpDependencies,
): (namespace: string | undefined) => Promise<readonly AskedSecret[]> {
  const { flows, config, platform } = dependencies
  const known = new WeakMap<FlowEntry, readonly Asked[]>()
  const askedBy = (entry: FlowEntry): readonly Asked[] => {
    const asked = known.get(entry) ?? readAsked(entry, dependencies)
    known.set(entry, asked)
    return asked
  }
  return async namespace => {
    const entries = [...flows.all()].filter(
      entry => entry.tenant === config.tenant && (namespace === undefined || isAtOrAbove(namespace, entry.namespace)),
    )
    const users = new Map<string, { readonly asked: Asked; readonly flows: Map<string, FlowName> }>()
    const note = (entry: FlowEntry): void => {
      for (const asked of askedBy(entry)) {
        const key = `${asked.namespace}/${nameOf(asked.name)}`
        const found = users.get(key) ?? { asked, flows: new Map() }
        found.flows.set(`${entry.namespace}.${entry.flowId}`, { namespace: entry.namespace, id: entry.flowId })
        users.set(key, found)
      }
    }
    await mapInTurns(entries, note, platform)
    return await mapInTurns(
      [...users.values()],
      async ({ asked, flows: of }, index) => ({
        namespace: asked.namespace,
        key: asked.name,
        isMissing: index < LOOK_UPS_MAX && (await isMissing(asked, dependencies)),
        flows: [...of.values()],
      }),
      platform,
    )
  }
}

function readAsked(entry: FlowEntry, { flows, saveWorld }: HttpDependencies): readonly Asked[] {
  const flow = flows.flowOf(entry)
  if (!flow) return []
  return askedNames(flow, saveWorld.catalogue).flatMap(asked => (asked.type === 'secret' ? [asked] : []))
}

/** Asked for as a task would, so that managers elsewhere have their say; the value itself goes nowhere. */
async function isMissing({ namespace, name }: Asked, { ask, config }: HttpDependencies): Promise<boolean> {
  try {
    const asker = { tenant: config.tenant, namespace, flowId: '', executionId: '', dialect: 1 } as const
    await ask(asker)({ name: 'secret', args: { key: name }, key: name })
    return false
  } catch (error) {
    // Bound to some tasks, or with a manager that is away: it is there, as far as anybody knows.
    if (error instanceof BatutaError) return error.code !== 'secret-unavailable'
    throw error
  }
}
