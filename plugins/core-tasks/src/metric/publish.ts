import { defineTask, p, parseDuration, TaskError } from '@batuta/plugin-sdk'

export const publish = defineTask({
  type: 'io.kestra.plugin.core.metric.Publish',
  title: 'Publish metrics.',
  properties: {
    metrics: p
      .list(
        p.object({
          name: p.string().dynamic().required(),
          type: p.string().dynamic().default('counter'),
          value: p.any().dynamic().required(),
          tags: p.map(p.string()).dynamic(),
        }),
      )
      .group('main')
      .title('What was measured: `name`, `type` (counter, timer or gauge), `value` and `tags`.'),
  },
  examples: [
    {
      title: 'How many rows there were.',
      code: 'metrics:\n  - name: rows\n    type: counter\n    value: "{{ outputs.load.rowCount }}"\n    tags: {table: orders}',
    },
  ],
  async run(ctx, props) {
    for (const { name, type, value, tags } of (await props.metrics.render()) ?? []) {
      const kind = type.toLowerCase().split('.').at(-1) ?? ''
      const labels = Object.fromEntries(tags ?? [])
      const text = String(value)
      const number = typeof value === 'number' ? value : Number(text.trim() === '' ? Number.NaN : text)
      if (kind === 'timer') {
        const durationMs = Number.isFinite(number) ? number * 1000 : parseDuration(text)
        if (durationMs === undefined) throw wrong(name, text, 'a duration')
        ctx.metrics.timer(name, durationMs, labels)
        continue
      }
      if (!Number.isFinite(number)) throw wrong(name, text, 'a number')
      if (kind === 'gauge') ctx.metrics.gauge(name, number, labels)
      else if (kind === 'counter') ctx.metrics.counter(name, number, labels)
      else throw new TaskError(`the metric "${name}" is a counter, timer or gauge, not a "${type}"`)
    }
  },
})

function wrong(name: string, value: string, what: string): TaskError {
  return new TaskError(`the value of the metric "${name}" must be ${what}, not "${value.slice(0, 100)}"`)
}
