// The older loops. EachSequential is a ForEach of one lane at a time. EachParallel is a Parallel over all tasks of all values: the tasks of one
// value do not wait for one another, which is why flows wrap them in a Sequential.
import type { Control } from './control.ts'
import { loopValues, LOOP_WINDOW } from './for-each.ts'

export const eachSequential: Control = {
  type: 'io.kestra.plugin.core.flow.EachSequential',
  aliases: ['io.kestra.core.tasks.flows.EachSequential'],
  open: (task, render) => {
    const values = loopValues(task.id, { raw: render.raw('value'), name: 'value' }, render)
    return { branch: task.lists.tasks, values, laneCount: values.length, laneLimit: 1 }
  },
}

export const eachParallel: Control = {
  type: 'io.kestra.plugin.core.flow.EachParallel',
  aliases: ['io.kestra.core.tasks.flows.EachParallel'],
  open: (task, render) => {
    const values = loopValues(task.id, { raw: render.raw('value'), name: 'value' }, render)
    const concurrent = render.raw('concurrent')
    const window = typeof concurrent === 'number' && concurrent > 0 ? concurrent : LOOP_WINDOW
    const { tasks } = task.lists
    return { branch: tasks, isFanned: true, values, laneCount: values.length * tasks.length, laneLimit: window }
  },
}
