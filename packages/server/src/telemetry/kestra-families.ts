// The same figures under the names that boards and alerts made for Kestra ask for. Only what means the same here: there is no indexer, and the
// queue between the services is the database.
import { counter, gauge, timer, type Family, type Labels, type Measured } from './family.ts'
import type { Timer } from './histogram.ts'
import type { FlowMeter, TaskMeter } from './flow-meters.ts'
import type { Observed, StoreFigures } from './observed.ts'

export async function kestraFamilies(observed: Observed, prefix: string): Promise<readonly Family[]> {
  const named = (name: string): string => (prefix === '' ? name : `${prefix}_${name}`)
  return [
    ...executorFamilies(observed, named),
    ...taskRunFamilies(observed, named),
    ...workerFamilies(observed, named, await observed.storeFigures()),
    ...schedulerFamilies(observed, named),
    ...timer(
      { name: named('jdbc_query_duration_seconds'), help: 'Reads and rare writes of the database.' },
      {
        measured: [...observed.meters.store.operations].map(([sql, of]) => ({ labels: { sql }, of })),
        nowMs: observed.nowMs(),
      },
    ),
  ]
}

type Named = (name: string) => string

function executorFamilies({ meters: { engine }, nowMs }: Observed, named: Named): readonly Family[] {
  const flows = [...engine.flows.flows.values()]
  const ends = flows.flatMap(flow =>
    [...flow.ends].map(({ state, timer: of }): Measured<Timer> => ({ labels: { ...tagsOf(flow), state }, of })),
  )
  return [
    counter(
      { name: named('executor_execution_started_count_total'), help: 'Executions started.' },
      flows.map(flow => ({ labels: tagsOf(flow), value: flow.started })),
    ),
    counter(
      { name: named('executor_execution_end_count_total'), help: 'Executions ended.' },
      ends.map(({ labels = {}, of }) => ({ labels, value: of.count })),
    ),
    ...timer(
      { name: named('executor_execution_duration_seconds'), help: 'Duration of executions.' },
      { measured: ends, nowMs: nowMs() },
    ),
    counter(
      { name: named('executor_workertaskresult_count_total'), help: 'Results of attempts that the executor took.' },
      engine.attemptsSettled,
    ),
  ]
}

function taskRunFamilies({ meters: { engine }, nowMs }: Observed, named: Named): readonly Family[] {
  const tasks = [...engine.flows.flows.values()].flatMap(flow =>
    [...flow.tasks.values()].map(task => ({ task, labels: taskTagsOf(flow, task) })),
  )
  const created = tasks.map(({ task, labels }) => ({ labels, value: task.created }))
  const ends = tasks.flatMap(({ task, labels }) =>
    [...task.ends].map(({ state, timer: of }): Measured<Timer> => ({ labels: { ...labels, state }, of })),
  )
  return [
    counter({ name: named('executor_taskrun_next_count_total'), help: 'Task runs found to be next.' }, created),
    counter({ name: named('executor_taskrun_created_count_total'), help: 'Task runs created.' }, created),
    counter(
      { name: named('executor_taskrun_ended_count_total'), help: 'Task runs ended.' },
      ends.map(({ labels = {}, of }) => ({ labels, value: of.count })),
    ),
    ...timer(
      { name: named('executor_taskrun_ended_duration_seconds'), help: 'Duration of task runs.' },
      { measured: ends, nowMs: nowMs() },
    ),
  ]
}

function workerFamilies(
  { meters: { worker }, live, nowMs }: Observed,
  named: Named,
  figures: StoreFigures | undefined,
): readonly Family[] {
  const types = [...worker.types].map(([type, meter]) => ({ labels: { task_type: type }, meter }))
  const ends = types.flatMap(({ labels, meter }) =>
    [...meter.ends].map(([state, of]): Measured<Timer> => ({ labels: { ...labels, state }, of })),
  )
  return [
    gauge(
      { name: named('worker_job_pending'), help: 'Jobs that wait for a worker.' },
      figures ? figures.waitingJobs : [],
    ),
    gauge({ name: named('worker_job_running'), help: 'Jobs that this worker runs.' }, live.runningJobs()),
    gauge({ name: named('worker_job_thread'), help: 'Jobs that this worker may run at a time.' }, live.jobSlots),
    gauge(
      { name: named('worker_running_count'), help: 'Task runs that run.' },
      types.map(({ labels, meter }) => ({ labels, value: meter.running })),
    ),
    counter(
      { name: named('worker_started_count_total'), help: 'Task runs begun by this worker.' },
      types.map(({ labels, meter }) => ({ labels, value: meter.started })),
    ),
    counter(
      { name: named('worker_ended_count_total'), help: 'Task runs ended by this worker.' },
      ends.map(({ labels = {}, of }) => ({ labels, value: of.count })),
    ),
    ...timer(
      { name: named('worker_ended_duration_seconds'), help: 'Duration of task runs on this worker.' },
      { measured: ends, nowMs: nowMs() },
    ),
    ...timer(
      { name: named('worker_queued_duration_seconds'), help: 'How long task runs waited for this worker.' },
      { measured: types.map(({ labels, meter }) => ({ labels, of: meter.queued })), nowMs: nowMs() },
    ),
  ]
}

function schedulerFamilies({ meters: { engine } }: Observed, named: Named): readonly Family[] {
  const { scheduleLateness } = engine
  return [
    counter(
      { name: named('scheduler_trigger_count_total'), help: 'Executions that triggers started.' },
      [...engine.triggersFired].map(([type, { count }]) => ({ labels: { trigger_type: type }, value: count })),
    ),
    {
      name: named('scheduler_trigger_delay_duration_seconds'),
      type: 'summary',
      help: 'How late schedules fired.',
      samples: [
        { suffix: '_count', value: scheduleLateness.count },
        { suffix: '_sum', value: scheduleLateness.sum },
      ],
    },
  ]
}

function tagsOf({ namespace, flowId }: FlowMeter): Labels {
  return { namespace_id: namespace, flow_id: flowId }
}

function taskTagsOf(flow: FlowMeter, { type }: TaskMeter): Labels {
  return { ...tagsOf(flow), task_type: type }
}
