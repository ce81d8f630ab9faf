import { defineTask, isMap, mapEntries, mapFrom, mapGet, p, parseYaml, printValue, TaskError } from '@batuta/plugin-sdk'
import type { ValueMap } from '@batuta/plugin-sdk'

/** What belongs to a task as such: it was said of this one already. */
const OWN_KEYS: ReadonlySet<string> = new Set(['id', 'type', 'description'])

export const templatedTask = defineTask({
  type: 'io.kestra.plugin.core.templating.TemplatedTask',
  aliases: ['io.kestra.core.tasks.templating.TemplatedTask'],
  title: 'Run a task whose YAML is rendered first.',
  properties: {
    spec: p.string().dynamic().required().group('main').language('yaml').title('The task, as YAML or JSON.'),
  },
  examples: [
    {
      title: 'The type is decided when it runs.',
      code: 'spec: |\n  type: io.kestra.plugin.core.log.Log\n  message: "Hello {{ inputs.name }}"',
    },
  ],
  async run(ctx, props) {
    const spec = specOf(await props.spec.render())
    const type = printValue(mapGet(spec, 'type') ?? '')
    if (type === '') throw new TaskError('property "spec" names no type')
    const properties = Array.from(mapEntries(spec)).filter(([name]) => !OWN_KEYS.has(name))
    return await ctx.runTask(type, mapFrom(properties))
  },
})

function specOf(text: string): ValueMap {
  const { value, problem } = parseYaml(text)
  if (problem !== undefined) throw new TaskError(`property "spec" is no YAML: ${problem}`)
  if (value !== undefined && value !== null && typeof value === 'object' && isMap(value)) return value
  throw new TaskError('property "spec" must render to a map with a type')
}
