import { defineTask, isMap, mapEntries, mapFrom, mapGet, mapSize, p } from '@batuta/plugin-sdk'
import type { Value, ValueMap } from '@batuta/plugin-sdk'
import { findState, STATE_ADVICE, stateKeyOf, stateProperties } from './state-key.ts'

export const setState = defineTask({
  type: 'io.kestra.plugin.core.state.Set',
  aliases: ['io.kestra.core.tasks.states.Set'],
  title: 'Keep entries in a state, beside those that it has.',
  deprecated: STATE_ADVICE,
  properties: { ...stateProperties, data: p.map().dynamic().group('main').title('The entries.') },
  outputs: [
    { name: 'count', type: 'int', description: 'How many entries the state has now.' },
    { name: 'key', type: 'string', description: 'The key that keeps it.' },
  ],
  examples: [{ title: 'Remember where it got to.', code: 'name: cursor\ndata:\n  last: "{{ outputs.extract.last }}"' }],
  async run(ctx, props) {
    const key = await stateKeyOf(ctx, props)
    const value = merged((await findState(ctx, key)) ?? {}, (await props.data.render()) ?? {})
    await ctx.ports.ask('kv.set', { key, namespace: ctx.flow.namespace, value, type: 'JSON' })
    return { count: mapSize(value), key }
  },
})

/** Maps inside maps are merged, too. */
function merged(before: ValueMap, after: ValueMap): ValueMap {
  const entries = new Map<string, Value>(mapEntries(before))
  for (const [name, value] of mapEntries(after)) {
    const known = mapGet(before, name)
    entries.set(name, isInner(known) && isInner(value) ? merged(known, value) : value)
  }
  return mapFrom(entries)
}

function isInner(value: Value | undefined): value is ValueMap {
  return value !== undefined && value !== null && typeof value === 'object' && isMap(value)
}
