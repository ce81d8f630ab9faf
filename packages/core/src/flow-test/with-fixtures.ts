// The flow under test with stand-ins: a task that has a fixture becomes a job of a type that only the test answers. When it runs, whether it
// runs, and what follows from its end stay as the flow says.
import type { Flow, Task, TaskLists } from '../flow/flow.ts'

export const FIXTURE_TYPE = 'io.batuta.test.Fixture'

export function withFixtures(flow: Flow, ids: ReadonlySet<string>): Flow {
  if (ids.size === 0) return flow
  const each = (tasks: readonly Task[]): readonly Task[] => tasks.map(task => standIn(task, ids))
  return {
    ...flow,
    tasks: each(flow.tasks),
    errors: each(flow.errors),
    finally: each(flow.finally),
    afterExecution: each(flow.afterExecution),
    ...(flow.listeners !== undefined && {
      listeners: flow.listeners.map(listener => ({ ...listener, tasks: each(listener.tasks) })),
    }),
  }
}

function standIn(task: Task, ids: ReadonlySet<string>): Task {
  if (!ids.has(task.id)) return task.lists === undefined ? task : { ...task, lists: listsOf(task.lists, ids) }
  const { lists: _lists, asks: _asks, outputs: _outputs, taskCache: _cache, workerGroup: _group, ...rest } = task
  return { ...rest, type: FIXTURE_TYPE, properties: {} }
}

function listsOf(lists: TaskLists, ids: ReadonlySet<string>): TaskLists {
  const each = (tasks: readonly Task[]): readonly Task[] => tasks.map(task => standIn(task, ids))
  return {
    ...lists,
    tasks: each(lists.tasks),
    errors: each(lists.errors),
    finally: each(lists.finally),
    ...(lists.then !== undefined && { then: each(lists.then) }),
    ...(lists.else !== undefined && { else: each(lists.else) }),
    ...(lists.cases !== undefined && { cases: lists.cases.map(({ key, tasks }) => ({ key, tasks: each(tasks) })) }),
    ...(lists.defaults !== undefined && { defaults: each(lists.defaults) }),
    ...(lists.hooks !== undefined && {
      hooks: Object.fromEntries(Object.entries(lists.hooks).map(([key, tasks]) => [key, each(tasks)])),
    }),
  }
}
