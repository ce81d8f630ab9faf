// Where the older state tasks keep their map: under one key of the namespace, named by the flow, the state's name and the value of the run.
import { createHash } from 'node:crypto'
import { isMap, mapGet, p } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext, ValueMap } from '@batuta/plugin-sdk'

export const stateProperties = {
  name: p.string().dynamic().default('default').title('The name of the state.'),
  namespace: p.boolean().dynamic().default(false).title('One state for all flows of the namespace.'),
  taskrunValue: p.boolean().dynamic().default(true).title('Inside a loop a state for each value.'),
}

type StateProps = LazyProperties<typeof stateProperties>

export const STATE_ADVICE = 'use the tasks of core.kv'

export async function stateKeyOf(ctx: RunContext, props: StateProps): Promise<string> {
  const { flow, taskRun } = ctx
  const isShared = await props.namespace.render()
  const value = (await props.taskrunValue.render()) ? taskRun.value : undefined
  const name = slug(await props.name.render())
  const parts = [...(isShared ? [] : [slug(flow.id)]), 'states', 'tasks-states', name]
  return [...parts, ...(value === undefined ? [] : [hashOf(value)])].join('_')
}

/** Undefined when there is no such state. */
export async function findState(ctx: RunContext, key: string): Promise<ValueMap | undefined> {
  const found = await ctx.ports.ask('kv.get', { key, namespace: ctx.flow.namespace, inherit: false })
  const value = found !== null && typeof found === 'object' && isMap(found) ? mapGet(found, 'value') : undefined
  return value !== undefined && value !== null && typeof value === 'object' && isMap(value) ? value : undefined
}

function slug(text: string): string {
  return text.replace(/[^a-zA-Z0-9.-]+/g, '-')
}

function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 32)
}
