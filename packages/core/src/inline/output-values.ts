import { isMap } from '../std/value.ts'
import { RunError } from '../execution/renderer.ts'
import { collectionOf } from './collection-of.ts'
import type { InlineTask } from './inline-task.ts'

export const outputValues: InlineTask = {
  type: 'io.kestra.plugin.core.output.OutputValues',
  aliases: [],
  run: (task, render) => {
    const values = collectionOf(render.typed('values')) ?? {}
    if (!isMap(values))
      throw new RunError(`The values of the task "${task.id}" are no map: give a map of names to values.`)
    return { state: 'SUCCESS', outputs: { values } }
  },
}
