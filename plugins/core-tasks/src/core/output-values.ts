import { defineTask, isMap, p, printValue, TaskError } from '@batuta/plugin-sdk'

export const outputValues = defineTask({
  type: 'io.kestra.plugin.core.output.OutputValues',
  title: 'Give values back as outputs.',
  properties: {
    values: p.any().group('main').title('A map from name to value; templates keep the type of their value.'),
  },
  outputs: [{ name: 'values', type: 'map<any>' }],
  examples: [{ title: 'Name a computed value.', code: 'values:\n  total: "{{ outputs.sum.value }}"' }],
  async run(ctx, props) {
    const raw = props.values.raw
    const values = raw === undefined ? {} : await ctx.renderTyped(raw)
    if (!isMap(values)) throw new TaskError(`property "values" must be a map, not ${printValue(values).slice(0, 200)}`)
    return { values }
  },
})
