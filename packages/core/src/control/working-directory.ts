// WorkingDirectory runs its tasks one after the other in one folder. Two more jobs, which no list shows, stand around them: the first makes the
// folder with its files, the last keeps what is to be kept and takes the folder away, also when a task failed.
import type { Task } from '../flow/flow.ts'
import { mapEntries, mapFrom, type Value } from '../std/value.ts'
import type { Control } from './control.ts'

const TYPE = 'io.kestra.plugin.core.flow.WorkingDirectory'
export const OPEN_DIRECTORY: string = `${TYPE}$Open`
export const CLOSE_DIRECTORY: string = `${TYPE}$Close`

export const workingDirectory: Control = {
  type: TYPE,
  aliases: ['io.kestra.core.tasks.flows.WorkingDirectory', 'io.kestra.core.tasks.flows.Worker'],
  open: task => ({ branch: task.lists.tasks, isDirectory: true }),
}

/** The jobs that stand around the tasks. They bear the id of the directory, so that its outputs and log are theirs. */
export function openAndClose(task: Task): { readonly open: Task; readonly close: Task } {
  const bare = {
    id: task.id,
    path: task.path,
    disabled: false,
    allowFailure: false,
    allowWarning: false,
    logToFile: false,
    ...(task.workerGroup ? { workerGroup: task.workerGroup } : {}),
    ...(task.workerSelector ? { workerSelector: task.workerSelector } : {}),
  }
  const pick = (type: string, keys: readonly string[]): Task => ({
    ...bare,
    type,
    properties: mapFrom(
      [...mapEntries(task.properties)].flatMap(([key, value]): [string, Value][] =>
        keys.includes(key) ? [[key, value]] : [],
      ),
    ),
  })
  return {
    open: pick(OPEN_DIRECTORY, ['inputFiles', 'namespaceFiles', 'cache']),
    close: pick(CLOSE_DIRECTORY, ['outputFiles', 'cache']),
  }
}
