// What a flow asks of this server by name, and does not find: keys, secrets, flows that it calls, with their inputs and outputs. All of it may
// still come before the flow runs, so all of it warns.
import {
  askedNames,
  BatutaError,
  calledFlows,
  isMap,
  mapEntries,
  mapGet,
  nearest,
  type Ask,
  type AskedName,
  type Diagnostic,
  type Flow,
  type Positions,
  type Task,
} from '@batuta/core'
import type { Asker } from '../answers/answers.ts'
import type { Pools } from './pools.ts'
import type { SaveWorld } from './save-flow.ts'

export interface AskedWorld {
  readonly saved: SaveWorld
  ask(asker: Asker): Ask
}

/** Looked up one by one: a flow that asks for more is not judged to its end. */
const LOOK_UPS_MAX = 200

export async function judgeAsked(flow: Flow, positions: Positions, world: AskedWorld): Promise<readonly Diagnostic[]> {
  const { saved } = world
  const found: Diagnostic[] = [...judgePool(flow, positions, saved.pools)]
  for (const call of calledFlows(flow)) found.push(...judgeCall(flow, call, { saved, positions }))
  const looked = new Map<string, string | undefined>()
  for (const asked of askedNames(flow, saved.catalogue)) {
    if (looked.size >= LOOK_UPS_MAX) break
    const key = [asked.type, asked.name, asked.type === 'output' ? asked.task.id : asked.namespace].join(' ')
    if (!looked.has(key)) looked.set(key, await problemOf(asked, flow, world))
    const message = looked.get(key)
    if (message === undefined) continue
    const place = positions.ofCharacter(asked.path, asked.character) ?? positions.ofPath(asked.path)
    found.push({ severity: 'warning', code: `unknown-${asked.type}`, message, path: asked.path, ...place })
  }
  return found.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
}

function judgePool(flow: Flow, positions: Positions, pools: Pools | undefined): readonly Diagnostic[] {
  const pool = flow.concurrency?.pool
  if (pool === undefined || !pools || pools.ownerOf(flow.namespace, pool) !== undefined) return []
  const names = [...pools.all()].flatMap(each => each.pool ?? [])
  const message = `There is no pool "${pool}" for the namespace "${flow.namespace}" yet: until there is, it limits nothing.${hint(pool, names)}`
  const path = 'concurrency.pool'
  return [{ severity: 'warning', code: 'unknown-pool', message, path, ...positions.ofPath(path) }]
}

async function problemOf(asked: AskedName, flow: Flow, { saved, ask }: AskedWorld): Promise<string | undefined> {
  if (asked.type === 'output') return outputProblem(asked, saved)
  const { type, name, namespace } = asked
  const asker = { tenant: saved.tenant, namespace, flowId: flow.id, executionId: '', dialect: flow.dialect }
  try {
    await ask(asker)({ name: type === 'key' ? 'kv' : 'secret', args: { key: name }, key: name })
    return undefined
  } catch (error) {
    if (!(error instanceof BatutaError)) throw error
    if (type === 'secret') return error.message
    return `There is no key "${name}" in the namespace "${namespace}" yet: set it, or guard this with \`??\`.`
  }
}

function outputProblem(
  { name, task, called }: Extract<AskedName, { type: 'output' }>,
  { flows, tenant }: SaveWorld,
): string | undefined {
  const child = flows.flowOf({ tenant, namespace: called.namespace, flowId: called.id })
  if (child === undefined) return undefined
  const ids = child.outputs.map(({ id }) => id)
  if (ids.some(id => id === name || id.startsWith(`${name}.`))) return undefined
  return `The flow ${called.namespace}.${called.id}, which "${task.id}" calls, has no output "${name}".${hint(name, ids)}`
}

interface CallPlace {
  readonly saved: SaveWorld
  readonly positions: Positions
}

function judgeCall(
  flow: Flow,
  { namespace, id, task }: { readonly namespace: string; readonly id: string; readonly task: Task },
  { saved, positions }: CallPlace,
): readonly Diagnostic[] {
  if (namespace === flow.namespace && id === flow.id) return []
  const warn = (code: string, message: string, path: string): Diagnostic => ({
    severity: 'warning',
    code,
    message,
    path,
    ...positions.ofPath(path),
  })
  const child = saved.flows.flowOf({ tenant: saved.tenant, namespace, flowId: id })
  if (child === undefined) {
    const ids = [...saved.flows.all()].filter(other => other.namespace === namespace).map(other => other.flowId)
    const close = nearest(id, ids)
    const advice = close === undefined ? 'save it before this one runs.' : `did you mean "${close}"?`
    return [warn('unknown-flow', `There is no flow ${namespace}.${id} yet; ${advice}`, `${task.path}.flowId`)]
  }
  const given = mapGet(task.properties, 'inputs') ?? null
  const names = isMap(given) ? Array.from(mapEntries(given), ([name]) => name) : []
  const known = child.inputs.map(input => input.id)
  const roots = new Set(known.flatMap(name => [name, name.split('.', 1)[0] ?? name]))
  const unknown = names
    .filter(name => !roots.has(name))
    .map(name =>
      warn(
        'unknown-input',
        `The flow ${namespace}.${id} has no input "${name}".${hint(name, known)}`,
        `${task.path}.inputs.${name}`,
      ),
    )
  const missing = child.inputs
    .filter(
      ({ required, defaults, dependsOn, properties }) =>
        required && defaults === undefined && dependsOn === undefined && mapGet(properties, 'autoSelectFirst') !== true,
    )
    .filter(input => !names.includes(input.id) && !names.includes(input.id.split('.', 1)[0] ?? ''))
    .map(input =>
      warn(
        'missing-input',
        `The flow ${namespace}.${id} needs the input "${input.id}", which "${task.id}" does not give.`,
        task.path,
      ),
    )
  return isMap(given) || given === null ? [...unknown, ...missing] : unknown
}

function hint(name: string, known: readonly string[]): string {
  const close = nearest(name, known)
  if (close !== undefined) return ` Did you mean "${close}"?`
  return known.length === 0 ? '' : ` Known are ${known.slice(0, 12).join(', ')}.`
}
