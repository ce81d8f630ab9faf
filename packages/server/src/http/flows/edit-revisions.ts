// What is done to one part of a flow: a task is exchanged, past revisions go.
import { fromPlain, replaceTask } from '@batuta/core'
import type { FlowKey, FlowRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { notFound, unprocessable } from '../request-error.ts'
import { findRow } from './find-row.ts'
import { updateFlow } from './save-documents.ts'

export interface TaskChange {
  readonly taskId: string
  readonly task: Readonly<Record<string, unknown>>
}

export async function updateTask(
  key: FlowKey,
  { taskId, task }: TaskChange,
  dependencies: HttpDependencies,
): Promise<FlowRow> {
  const { source } = await findRow(key, undefined, { dependencies, isWithDeleted: false })
  if (task['id'] !== taskId)
    throw unprocessable(
      'task-mismatch',
      `Invalid entity: task.id: The task of the body is "${String(task['id'])}", the address says "${taskId}".`,
      [{ path: 'task.id', message: 'The id of a task cannot be changed here.' }],
    )
  const changed = replaceTask(source, taskId, fromPlain(task))
  if (changed === undefined) throw notFound(`The task "${taskId}" of the flow "${key.namespace}.${key.flowId}"`)
  return await updateFlow(changed, key, dependencies)
}

export async function deleteRevisions(
  key: FlowKey,
  revisions: readonly number[],
  { store }: HttpDependencies,
): Promise<void> {
  const rows = await store.read.listRevisions(key)
  const newest = rows.at(-1)
  if (!newest) throw notFound(`The flow "${key.namespace}.${key.flowId}"`)
  if (revisions.includes(newest.revision))
    throw unprocessable(
      'revision-newest',
      `Revision ${newest.revision} is the newest one of "${key.namespace}.${key.flowId}": delete the flow, or name older ones.`,
    )
  const known = new Set(rows.filter(row => !row.isDeleted).map(row => row.revision))
  const unknown = revisions.find(revision => !known.has(revision))
  if (unknown !== undefined) throw notFound(`Revision ${unknown} of the flow "${key.namespace}.${key.flowId}"`)
  await store.perform('deleteRevisions', { ...key, revisions })
}
