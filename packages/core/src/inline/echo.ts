import { readLevel } from './log.ts'
import type { InlineTask } from './inline-task.ts'

/** Deprecated in favour of Log. */
export const echo: InlineTask = {
  type: 'io.kestra.plugin.core.debug.Echo',
  aliases: ['io.kestra.core.tasks.debugs.Echo'],
  run: (_task, render) => {
    const level = readLevel(render.text('level') ?? 'INFO')
    return { state: 'SUCCESS', logs: [{ level, message: render.text('format') ?? '' }] }
  },
}
