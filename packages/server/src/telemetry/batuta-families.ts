// The project's own metrics, `batuta_…`. docs/guide/monitoring.md tells what each is good for; a test holds the two together.
import { counter, gauge, histogram, type Family, type Sample } from './family.ts'
import type { Count } from './engine-meter.ts'
import type { DiskFigures, Observed, Shipped, StoreFigures } from './observed.ts'

export async function batutaFamilies(observed: Observed): Promise<readonly Family[]> {
  const { live, meters } = observed
  meters.engine.flows.expect(observed.flows())
  const [figures, disk, connections] = await Promise.all([
    observed.storeFigures(),
    observed.diskFigures(),
    live.httpConnections(),
  ])
  return [
    ...serverFamilies(observed, figures !== undefined),
    ...executionFamilies(observed),
    ...taskRunFamilies(observed),
    ...engineFamilies(observed),
    ...storeFamilies(observed),
    ...jobFamilies(observed),
    ...httpFamilies(observed, connections),
    ...(figures ? figureFamilies(figures) : []),
    ...(disk ? diskFamilies(disk) : []),
    ...shippedFamilies(observed.shipped()),
  ]
}

function serverFamilies({ version, storeKind, isReady }: Observed, isStoreUp: boolean): readonly Family[] {
  return [
    gauge({ name: 'batuta_build_info', help: 'What runs: always 1.' }, [
      { labels: { version, node: process.version, store: storeKind }, value: 1 },
    ]),
    gauge(
      { name: 'batuta_ready', help: '1 when the server takes work, 0 when it starts, drains or has no database.' },
      Number(isReady() && isStoreUp),
    ),
    gauge({ name: 'batuta_database_up', help: '1 when the database answered.' }, Number(isStoreUp)),
  ]
}

function executionFamilies({ meters: { engine } }: Observed): readonly Family[] {
  const flows = [...engine.flows.flows.values()]
  const namespaces = [...engine.flows.namespaces]
  return [
    counter(
      { name: 'batuta_executions_started_total', help: 'Executions that were created.' },
      flows.map(({ namespace, flowId: flow, started }) => ({ labels: { namespace, flow }, value: started })),
    ),
    counter(
      { name: 'batuta_executions_ended_total', help: 'Executions that reached a final state.' },
      flows.flatMap(({ namespace, flowId: flow, ends }) =>
        [...ends].map(({ state, timer }) => ({ labels: { namespace, flow, state }, value: timer.count })),
      ),
    ),
    histogram(
      {
        name: 'batuta_execution_start_delay_seconds',
        help: 'From the wish to start, or the planned date, until RUNNING is stored.',
      },
      namespaces.map(([namespace, { startDelays }]) => ({ labels: { namespace }, of: startDelays })),
    ),
    histogram(
      { name: 'batuta_execution_duration_seconds', help: 'From the creation of an execution to its final state.' },
      namespaces.map(([namespace, { durations }]) => ({ labels: { namespace }, of: durations })),
    ),
    counter(
      {
        name: 'batuta_executions_held_total',
        help: 'Executions put on hold because a turn of theirs could not be run.',
      },
      engine.held,
    ),
    counter(
      { name: 'batuta_triggers_fired_total', help: 'Executions that a trigger or a parent started.' },
      counts(engine.triggersFired, 'type'),
    ),
    histogram(
      { name: 'batuta_schedule_lateness_seconds', help: 'From the date of a schedule until its execution is stored.' },
      [{ of: engine.scheduleLateness }],
    ),
  ]
}

function taskRunFamilies({ meters: { engine } }: Observed): readonly Family[] {
  const flows = [...engine.flows.flows.values()]
  return [
    counter(
      { name: 'batuta_task_runs_created_total', help: 'Task runs that were created.' },
      flows.flatMap(({ namespace, flowId: flow, tasks }) =>
        [...tasks.values()].map(({ type, created }) => ({ labels: { namespace, flow, type }, value: created })),
      ),
    ),
    counter(
      { name: 'batuta_task_runs_ended_total', help: 'Task runs that reached a final state.' },
      flows.flatMap(({ namespace, flowId: flow, tasks }) =>
        [...tasks.values()].flatMap(({ type, ends }) =>
          [...ends].map(({ state, timer }) => ({ labels: { namespace, flow, type, state }, value: timer.count })),
        ),
      ),
    ),
    histogram(
      { name: 'batuta_task_run_duration_seconds', help: 'From the creation of a task run to its final state.' },
      [...engine.flows.types].map(([type, of]) => ({ labels: { type }, of })),
    ),
  ]
}

function engineFamilies({ meters: { engine }, live }: Observed): readonly Family[] {
  return [
    gauge(
      { name: 'batuta_queue_length', help: 'Signals that wait for their turn or their commit.' },
      live.pendingSignals(),
    ),
    gauge(
      { name: 'batuta_queue_age_seconds', help: 'How long the oldest signal has waited for its turn.' },
      live.oldestSignalMs() / 1_000,
    ),
    gauge({ name: 'batuta_executions_resident', help: 'Executions in memory.' }, live.residentExecutions()),
    counter({ name: 'batuta_turns_total', help: 'Turns that were committed.' }, engine.turns),
    counter({ name: 'batuta_events_total', help: 'Events in these turns.' }, engine.events),
    counter({ name: 'batuta_turn_errors_total', help: 'Turns that threw.' }, engine.poisoned),
    counter(
      { name: 'batuta_signals_refused_total', help: 'Signals that were not taken or not stored.' },
      counts(engine.refused, 'reason'),
    ),
    gauge({ name: 'batuta_shards_owned', help: 'Shards that this node works on, of 256.' }, live.ownedShards()),
  ]
}

function storeFamilies({ meters: { store } }: Observed): readonly Family[] {
  return [
    histogram({ name: 'batuta_flush_duration_seconds', help: 'From sending a batch until it is durable.' }, [
      { of: store.flushes },
    ]),
    histogram({ name: 'batuta_flush_rows', help: 'Rows in a batch.' }, [{ of: store.flushRows }]),
    counter(
      { name: 'batuta_flush_errors_total', help: 'Batches that were not stored at the first attempt.' },
      counts(store.flushErrors, 'fault'),
    ),
    {
      name: 'batuta_database_operation_seconds',
      type: 'summary',
      help: 'Reads and rare writes.',
      samples: [...store.operations].flatMap(([operation, { count, sum }]): readonly Sample[] => [
        { suffix: '_count', labels: { operation }, value: count },
        { suffix: '_sum', labels: { operation }, value: sum },
      ]),
    },
    counter(
      { name: 'batuta_database_errors_total', help: 'Reads and rare writes that failed.' },
      counts(store.operationErrors, 'operation'),
    ),
    counter({ name: 'batuta_lease_renewals_total', help: 'Renewals of the lease of this node.' }, [
      { labels: { result: 'kept' }, value: store.leasesRenewed },
      { labels: { result: 'lost' }, value: store.leasesLost },
    ]),
    counter({ name: 'batuta_takeovers_total', help: 'Nodes that this one found dead, and fenced.' }, store.takeovers),
  ]
}

function jobFamilies({ meters: { worker }, live }: Observed): readonly Family[] {
  const types = [...worker.types]
  return [
    gauge({ name: 'batuta_jobs_running', help: 'Jobs that this node runs.' }, live.runningJobs()),
    gauge({ name: 'batuta_job_slots', help: 'How many it may run at a time.' }, live.jobSlots),
    counter(
      { name: 'batuta_jobs_started_total', help: 'Jobs that this node began.' },
      types.map(([type, { started }]) => ({ labels: { type }, value: started })),
    ),
    counter(
      {
        name: 'batuta_jobs_ended_total',
        help: 'Jobs that ended on this node, by what they came to; LOST when their host died.',
      },
      types.flatMap(([type, { ends }]) =>
        [...ends].map(([state, { count }]) => ({ labels: { type, state }, value: count })),
      ),
    ),
    histogram({ name: 'batuta_job_wait_seconds', help: 'From sending a job until a worker began it.' }, [
      { of: worker.waits },
    ]),
    histogram({ name: 'batuta_job_duration_seconds', help: 'From beginning a job to its end.' }, [
      { of: worker.durations },
    ]),
    counter(
      { name: 'batuta_hosts_started_total', help: 'Starts of the process that runs tasks.' },
      worker.hostsStarted,
    ),
    counter({ name: 'batuta_hosts_lost_total', help: 'Ends of it that nobody asked for.' }, worker.hostsLost),
  ]
}

function httpFamilies({ meters: { http }, live }: Observed, connections: number): readonly Family[] {
  const routes = [...http.routes]
  return [
    counter(
      { name: 'batuta_http_requests_total', help: 'Answers of the API.' },
      routes.flatMap(([route, { statuses }]) =>
        [...statuses].map(([status, value]) => ({ labels: { route, status: String(status) }, value })),
      ),
    ),
    histogram(
      { name: 'batuta_http_request_duration_seconds', help: 'From the request until the answer was made.' },
      routes.map(([route, { durations }]) => ({ labels: { route }, of: durations })),
    ),
    gauge({ name: 'batuta_http_connections', help: 'Open connections to the API.' }, connections),
    gauge(
      { name: 'batuta_http_streams', help: 'Open streams of events: people who watch an execution or follow logs.' },
      live.streams(),
    ),
  ]
}

function figureFamilies({ executions, waitingJobs, queueAges, nodes }: StoreFigures): readonly Family[] {
  return [
    gauge(
      {
        name: 'batuta_executions',
        help: 'Executions that have not ended, by state, up to 10,000 of each; the same on every node.',
      },
      executions.map(({ state, count }) => ({ labels: { state }, value: count })),
    ),
    gauge(
      { name: 'batuta_jobs_waiting', help: 'Jobs that no worker has claimed, up to 1,000; the same on every node.' },
      waitingJobs,
    ),
    gauge(
      { name: 'batuta_jobs_waiting_age_seconds', help: 'How long the oldest of those that are next has waited.' },
      queueAges.map(({ queue, ageMs }) => ({ labels: { queue }, value: ageMs / 1_000 })),
    ),
    ...(nodes
      ? [
          gauge({ name: 'batuta_nodes', help: 'Nodes of the cluster; the same on every node.' }, [
            { labels: { state: 'alive' }, value: nodes.alive },
            { labels: { state: 'fenced' }, value: nodes.fenced },
          ]),
        ]
      : []),
  ]
}

function diskFamilies({ path, freeBytes, totalBytes, databaseBytes }: DiskFigures): readonly Family[] {
  return [
    gauge({ name: 'batuta_disk_free_bytes', help: 'Free on the disk of the data folder.' }, [
      { labels: { path }, value: freeBytes },
    ]),
    gauge({ name: 'batuta_disk_size_bytes', help: 'Size of that disk.' }, [{ labels: { path }, value: totalBytes }]),
    gauge(
      { name: 'batuta_database_size_bytes', help: 'Size of the embedded database with its log.' },
      databaseBytes === undefined ? [] : databaseBytes,
    ),
  ]
}

function shippedFamilies(queues: readonly Shipped[]): readonly Family[] {
  const of = (figure: 'sent' | 'dropped' | 'failures' | 'queued'): readonly Sample[] =>
    queues.map(queue => ({ labels: { signal: queue.signal }, value: queue[figure] }))
  return [
    counter({ name: 'batuta_otlp_sent_total', help: 'Records that the collector took.' }, of('sent')),
    counter(
      {
        name: 'batuta_otlp_dropped_total',
        help: 'Records that were dropped, because the collector did not take them in time.',
      },
      of('dropped'),
    ),
    counter(
      { name: 'batuta_otlp_failures_total', help: 'Requests that the collector did not answer well.' },
      of('failures'),
    ),
    gauge({ name: 'batuta_otlp_queued', help: 'Records that wait to be sent.' }, of('queued')),
  ]
}

function counts(map: ReadonlyMap<string, Count>, label: string): readonly Sample[] {
  return [...map].map(([name, { count }]) => ({ labels: { [label]: name }, value: count }))
}
