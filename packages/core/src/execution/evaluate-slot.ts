// Evaluates a template that asks the world, outside the turn: it is rendered with the answers so far until it asks for nothing new.
import { evaluateAsync, type Ask } from '../expression/render-async.ts'
import type { Scope } from '../expression/scope.ts'
import { assert, AssertionError } from '../std/assert.ts'
import type { Value } from '../std/value.ts'
import { getRun } from './look-up.ts'
import { iterationOf } from './outputs.ts'
import { scopeOf, type View } from './context.ts'
import { ITERATION_SLOT, getTask } from './plan.ts'
import type { Property } from './property.ts'
import { openSealed } from './sealed.ts'
import { scopeWithStored, storedAt } from './stored.ts'
import { ROOT } from './state.ts'

export async function evaluateSlot(
  view: View,
  question: { readonly run: number; readonly slot: string },
  ask: Ask,
  /** Opens an encrypted text; without it such a value stays what it is. */
  open?: (cipher: string) => Value,
): Promise<Value> {
  const { property, how } = findSlot(view, question)
  const run = question.run === ROOT ? undefined : getRun(view.state, question.run)
  const scope = await loadReached(scopeOf(view, run), property.paths, ask)
  return await evaluateAsync(inner => property[how](inner), open ? opened(scope, open) : scope, ask)
}

/** The scope with all that lies in internal storage and that the paths reach. */
export async function loadReached(
  { hasStored = false, ...scope }: Scope,
  paths: readonly (readonly string[])[],
  ask: Ask,
): Promise<Scope> {
  if (!hasStored) return scope
  const loaded = new Map<string, Value>()
  for (const [uri, { format }] of storedAt(paths, root => scope.lookup(root)))
    loaded.set(uri, await ask({ name: 'stored', args: { uri, format }, key: `stored ${uri}` }))
  return scopeWithStored(scope, loaded)
}

function opened({ isSealed = false, ...scope }: Scope, open: (cipher: string) => Value): Scope {
  if (!isSealed) return scope
  const lookup = (root: string): Value | undefined => {
    const value = scope.lookup(root)
    return value === undefined ? undefined : openSealed(value, open)
  }
  return { ...scope, lookup }
}

function findSlot(
  { state, plan }: View,
  { run, slot }: { readonly run: number; readonly slot: string },
): { readonly property: Property; readonly how: 'text' | 'value' | 'typed' } {
  const at = slot.lastIndexOf(':')
  const name = slot.slice(0, at)
  const how = slot.slice(at + 1)
  assert(how === 'text' || how === 'value' || how === 'typed', `"${slot}" names no template`)
  if (run === ROOT) {
    const output = plan.outputs.get(name.slice('outputs.'.length))
    if (output === undefined) throw new AssertionError(`there is no flow output for "${slot}"`)
    return { property: output, how }
  }
  if (name.startsWith(ITERATION_SLOT)) return { property: iterationProperty({ state, plan }, run, name), how }
  const task = getTask(plan, getRun(state, run).task)
  const common = name === 'runIf' ? task.runIf : name === 'timeout' ? task.timeout : undefined
  const property = common ?? task.properties.get(name)
  if (property === undefined) throw new AssertionError(`the task "${task.id}" has no template "${slot}"`)
  return { property, how }
}

/** Of a run at the end of an iteration: what the Loop around it asks. */
function iterationProperty({ state, plan }: Pick<View, 'state' | 'plan'>, run: number, name: string): Property {
  const loop = iterationOf(state, getRun(state, run))?.loop
  const task = loop && getTask(plan, loop.task)
  const slot = name.slice(ITERATION_SLOT.length)
  const property = task?.outputs?.get(slot) ?? task?.properties.get(slot)
  if (property === undefined) throw new AssertionError(`no loop around the run ${run} has a template "${name}"`)
  return property
}
