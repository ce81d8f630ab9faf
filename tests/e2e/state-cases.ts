// Uses of the tasks that keep something beyond an execution: keys, files of namespaces, states.
import type { TaskCase } from './task-cases.ts'

const FAR = { namespace: 'nowhere.at.all' }
const NO_NAMESPACE = /The namespace "nowhere\.at\.all" does not exist/

export function stateCases(): readonly TaskCase[] {
  return [...keyCases(), ...fileCases(), ...stateTaskCases(), ...executionCases()]
}

function keyCases(): readonly TaskCase[] {
  return [
    {
      type: 'core.kv.Set',
      good: { props: { key: 'e2e-set', value: '{{ 1 + 1 }}', ttl: 'PT1H' } },
      bad: { props: { key: 'e2e-set', value: 'x', ...FAR }, reason: NO_NAMESPACE },
    },
    {
      type: 'core.kv.Get',
      good: { props: { key: 'e2e-ghost' } },
      bad: { props: { key: 'e2e-ghost', errorOnMissing: true }, reason: /There is no key "e2e-ghost"/ },
    },
    {
      type: 'core.kv.GetKeys',
      good: { props: { prefix: 'e2e-ghost' }, outputs: { keys: [] } },
      bad: { props: FAR, reason: NO_NAMESPACE },
    },
    {
      type: 'core.kv.Delete',
      good: { props: { key: 'e2e-ghost' }, outputs: { deleted: false } },
      bad: { props: { key: 'e2e-ghost', errorOnMissing: true }, reason: /There is no key "e2e-ghost"/ },
    },
    {
      type: 'core.kv.PurgeKV',
      good: { props: { keyPattern: 'e2e-ghost*' }, outputs: { size: 0 } },
      bad: { props: { behavior: { type: 'version' } }, reason: /needs "before" or "keepAmount"/ },
    },
  ]
}

function fileCases(): readonly TaskCase[] {
  const namespace = 'e2e'
  return [
    {
      type: 'core.namespace.UploadFiles',
      good: { props: { namespace, filesMap: { 'e2e/a.txt': 'hello' } } },
      bad: { props: { namespace, filesMap: { '../a.txt': 'x' } }, reason: /The path "\.\.\/a\.txt" is refused/ },
    },
    {
      type: 'core.namespace.DownloadFiles',
      good: { props: { namespace, files: 'nothing/**' } },
      bad: { props: { namespace, files: 1 }, reason: /"files" must be a pattern/ },
    },
    {
      type: 'core.namespace.DeleteFiles',
      good: { props: { namespace, files: 'nothing/**' } },
      bad: { props: { namespace, files: {} }, reason: /"files" must be a pattern/ },
    },
    {
      type: 'core.flow.PurgeFlows',
      good: { props: { flowPattern: 'nothing-*' }, outputs: { size: 0 } },
      bad: { props: { behavior: { type: 'version', before: 'soon' } }, reason: /must be a date, not "soon"/ },
    },
    {
      type: 'core.namespace.PurgeFiles',
      good: { props: { filePattern: 'nothing/**' }, outputs: { size: 0 } },
      bad: { props: { behavior: { type: 'version' } }, reason: /needs "before" or "keepAmount"/ },
    },
  ]
}

function stateTaskCases(): readonly TaskCase[] {
  const missing = { props: { name: 'ghost', errorOnMissing: true }, reason: /no state "ghost"/ }
  return [
    {
      type: 'core.state.Set',
      good: { props: { data: { a: 1, b: { c: 2 } } }, outputs: { count: 2 } },
      bad: { props: { data: { a: '{{ ghost }}' } }, reason: /Unable to find `ghost`/ },
    },
    { type: 'core.state.Get', good: { props: { name: 'none' }, outputs: { count: 0 } }, bad: missing },
    { type: 'core.state.Delete', good: { props: { name: 'none' }, outputs: { deleted: false } }, bad: missing },
  ]
}

function executionCases(): readonly TaskCase[] {
  const nobody = '0000000000000000000000'
  const noExecution = { props: { executionId: nobody }, reason: /no execution "0{22}"/ }
  const soon = { endDate: 'soon' }
  return [
    {
      type: 'core.execution.Count',
      good: {
        props: {
          flows: [{ namespace: 'e2e', flowId: 'nowhere' }],
          startDate: '2020-01-01T00:00:00Z',
          expression: '{{ count == 0 }}',
        },
        outputs: { total: 0, results: [{ namespace: 'e2e', flowId: 'nowhere', count: 0 }] },
      },
      bad: { props: { startDate: 'soon', expression: '{{ true }}' }, reason: /"startDate" must be a date/ },
    },
    {
      type: 'core.execution.PurgeExecutions',
      good: {
        props: { namespace: 'nowhere', endDate: '2020-01-01T00:00:00Z' },
        outputs: { executionsCount: 0, logsCount: 0, storagesCount: 0, metricsCount: 0 },
      },
      bad: { props: soon, reason: /"endDate" must be a date/ },
    },
    // Nobody is paused here: a refusal that is allowed is all that one flow alone can show.
    {
      type: 'core.execution.Resume',
      good: { props: { allowFailure: true, executionId: nobody }, state: 'WARNING' },
      bad: noExecution,
    },
    { type: 'core.execution.Kill', good: { props: {}, state: 'KILLED' }, bad: noExecution },
    { type: 'core.log.Fetch', good: { props: {}, outputs: { size: 0 } }, bad: noExecution },
    {
      type: 'core.log.PurgeLogs',
      good: { props: { namespace: 'nowhere', endDate: '2020-01-01' }, outputs: { count: 0 } },
      bad: { props: soon, reason: /"endDate" must be a date/ },
    },
    {
      type: 'core.metric.Publish',
      good: { props: { metrics: [{ name: 'rows', value: '{{ 1 + 1 }}' }] } },
      bad: { props: { metrics: [{ name: 'rows', value: 'many' }] }, reason: /"rows" must be a number/ },
    },
    {
      type: 'core.templating.TemplatedTask',
      good: {
        props: { spec: 'type: io.kestra.plugin.core.debug.Return\nformat: "{{ 1 + 1 }}"' },
        outputs: { value: '2' },
      },
      bad: { props: { spec: 'type: io.example.Nowhere' }, reason: /"io\.example\.Nowhere" is not implemented/ },
    },
  ]
}
