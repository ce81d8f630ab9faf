import { defineTask, isMap, isTruthyText, mapGet, p, printValue, TaskError } from '@batuta/plugin-sdk'
import type { Value, ValueMap } from '@batuta/plugin-sdk'

export const purgeKv = defineTask({
  type: 'io.kestra.plugin.core.kv.PurgeKV',
  title: 'Delete keys that have expired, all keys, or old versions of keys.',
  properties: {
    namespaces: p.list(p.string()).dynamic().title('Of these namespaces; of the own one without a pattern.'),
    namespacePattern: p.string().dynamic().title('Of namespaces whose name matches, `*` for any text.'),
    includeChildNamespaces: p.boolean().dynamic().default(true).title('Also of the namespaces below.'),
    keyPattern: p.string().dynamic().group('main').title('Only keys whose name matches, `*` for any text.'),
    behavior: p
      .map()
      .dynamic()
      .title('`type: key` with `expiredOnly` (true), or `type: version` with `before` and `keepAmount`.'),
    expiredOnly: p.boolean().dynamic().deprecated('use behavior: { type: key, expiredOnly: … }'),
  },
  outputs: [{ name: 'size', type: 'long', description: 'How many keys or versions went.' }],
  examples: [
    { title: 'What has expired.', code: 'namespaces:\n  - company.team' },
    {
      title: 'All but the newest two versions.',
      code: 'namespacePattern: company.*\nbehavior:\n  type: version\n  keepAmount: 2',
    },
  ],
  async run(ctx, props) {
    const namespaces = await props.namespaces.render()
    const expiredOnly = await props.expiredOnly.render()
    const size = await ctx.ports.ask('kv.purge', {
      namespaces: namespaces ?? null,
      namespacePattern: (await props.namespacePattern.render()) ?? null,
      includeChildNamespaces: await props.includeChildNamespaces.render(),
      keyPattern: (await props.keyPattern.render()) ?? null,
      ...behaviorOf((await props.behavior.render()) ?? {}, expiredOnly ?? true),
    })
    return { size }
  },
})

function behaviorOf(behavior: ValueMap, expiredOnly: boolean): Readonly<Record<string, Value>> {
  const type = textAt(behavior, 'type') ?? 'key'
  if (type === 'key')
    return { behavior: type, expiredOnly: isTruthyText(textAt(behavior, 'expiredOnly') ?? String(expiredOnly)) }
  if (type !== 'version') throw new TaskError(`property "behavior" has the type key or version, not "${type}"`)
  return { behavior: type, ...versionBounds(behavior) }
}

/** How old and how many versions stay: shared with what purges files. */
export function versionBounds(behavior: ValueMap): Readonly<Record<string, Value>> {
  const before = textAt(behavior, 'before')
  const kept = textAt(behavior, 'keepAmount')
  if (before === undefined && kept === undefined)
    throw new TaskError('property "behavior" of the type version needs "before" or "keepAmount"')
  const beforeMs = before === undefined ? null : Date.parse(before)
  if (Number.isNaN(beforeMs)) throw new TaskError(`property "behavior.before" must be a date, not "${before}"`)
  if (kept !== undefined && !/^\d+$/.test(kept))
    throw new TaskError(`property "behavior.keepAmount" must be a number, not "${kept}"`)
  return { beforeMs, keepAmount: kept === undefined ? null : Number(kept) }
}

function textAt(map: ValueMap, name: string): string | undefined {
  const value = isMap(map) ? mapGet(map, name) : undefined
  return value === undefined || value === null ? undefined : printValue(value)
}
