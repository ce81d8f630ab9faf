import { defineTask, p } from '@batuta/plugin-sdk'
import { keyProperties } from './key-properties.ts'

export const setKey = defineTask({
  type: 'io.kestra.plugin.core.kv.Set',
  title: 'Keep a value under a key of a namespace.',
  description:
    'Without `kvType` the value keeps the type it is rendered to, and a text that is an ISO 8601 duration becomes one. A key that exists is overwritten unless `overwrite` is false: then the task fails.',
  properties: {
    ...keyProperties,
    value: p
      .any()
      .dynamic()
      .required()
      .group('main')
      .title('The value; a template that is one expression keeps its type.'),
    kvType: p
      .enum('STRING', 'NUMBER', 'BOOLEAN', 'DATETIME', 'DATE', 'DURATION', 'JSON')
      .dynamic()
      .title('What the text is read as.'),
    kvDescription: p.string().dynamic().title('What the key is for.'),
    overwrite: p.boolean().dynamic().default(true).title('Whether a key that exists gets the new value.'),
    ttl: p.duration().dynamic().title('How long the key lives; for ever without it.'),
  },
  examples: [
    { title: 'Remember when it ran last.', code: 'key: last_run\nvalue: "{{ execution.startDate }}"\nttl: P30D' },
    { title: 'Keep an object.', code: 'key: settings\nkvType: JSON\nvalue: |\n  {"retries": 3}' },
  ],
  async run(ctx, props) {
    const type = await props.kvType.render()
    const written = props.value.raw ?? null
    // With a type the text counts, without one the value itself.
    const isText = type !== undefined && typeof written === 'string'
    const value = isText ? await ctx.renderText(written) : await ctx.renderTyped(written)
    const ttl = await props.ttl.render()
    await ctx.ports.ask('kv.set', {
      key: await props.key.render(),
      namespace: await props.namespace.render(),
      value,
      type: type ?? null,
      description: (await props.kvDescription.render()) ?? null,
      ttlMs: ttl === undefined ? null : Math.ceil(ttl),
      overwrite: await props.overwrite.render(),
    })
  },
})
