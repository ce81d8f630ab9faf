import { setTimeout as wait } from 'node:timers/promises'
import { defineTask, p, TaskError } from '@batuta/plugin-sdk'

/** Timers of Node hold 31 bits of milliseconds; longer waits take several. */
const SLICE_MS = 2 ** 30

export const sleep = defineTask({
  type: 'io.kestra.plugin.core.flow.Sleep',
  title: 'Wait for a time.',
  properties: { duration: p.duration().dynamic().required().group('main').title('How long, e.g. PT30S.') },
  examples: [{ title: 'Wait for five seconds.', code: 'duration: PT5S' }],
  async run(ctx, props) {
    const durationMs = await props.duration.render()
    if (durationMs < 0) throw new TaskError(`property "duration" must not be negative, but is ${durationMs} ms`)
    for (let leftMs = durationMs; leftMs > 0; leftMs -= SLICE_MS) {
      await wait(Math.min(leftMs, SLICE_MS), undefined, { signal: ctx.signal })
    }
  },
})
