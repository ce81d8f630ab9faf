// What the pages of the tests show: a few flows and what became of their runs.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserServer } from './server.ts'

export interface Seed {
  /** Execution that succeeded, of `examples.parallel-and-loops`. */
  readonly succeeded: string
  /** Execution that wrote lines, of `examples.hello-world`. */
  readonly greeted: string
  /** Execution that failed, of `tests.broken`. */
  readonly failed: string
  /** Execution that waits for a person, of `tests.approval`. */
  readonly paused: string
}

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples')
const FAILING = `
id: broken
namespace: tests
labels: { team: data, tier: gold }
inputs:
  - { id: region, type: STRING, defaults: EU }
tasks:
  - { id: fetch, type: io.kestra.plugin.core.debug.Return, format: "rows of {{ inputs.region }}" }
  - { id: load, type: io.kestra.plugin.core.execution.Fail, errorMessage: "connection refused by warehouse:5432" }
errors:
  - { id: tell, type: io.kestra.plugin.core.log.Log, level: ERROR, message: "{{ (errorLogs() | last).message }}" }
`
const APPROVAL = `
id: approval
namespace: tests
tasks:
  - id: wait_for_yes
    type: io.kestra.plugin.core.flow.Pause
    onResume:
      - { id: reason, type: STRING, defaults: looks good }
  - { id: done, type: io.kestra.plugin.core.log.Log, message: "{{ outputs.wait_for_yes.onResume.reason }}" }
`
const SECRETIVE = `
id: warehouse
namespace: tests
tasks:
  - { id: log_in, type: io.kestra.plugin.core.log.Log, message: "{{ secret('WAREHOUSE_PASSWORD') }}" }
`
const SUITE = `
id: broken-test
namespace: tests
flowId: broken
required: true
testCases:
  - id: tells_what_it_fetched
    fixtures: { inputs: { region: US } }
    expectedState: FAILED
    assertions:
      - { value: "{{ outputs.fetch.value }}", equalTo: rows of US }
  - id: goes_through
    fixtures: { tasks: [{ id: load }] }
    assertions:
      - { value: "{{ outputs.fetch.value }}", equalTo: rows of US, errorMessage: The default region has changed. }
`
const APP = `
id: ask-for-a-load
namespace: tests
flowId: broken
displayName: Ask for a load
description: For whoever needs the rows of a region today.
access: PUBLIC
tags: [warehouse]
`
/** Groups and roles may be there before the first user is. */
const GROUP = JSON.stringify({ name: 'data', description: 'Who looks after the warehouse' })
const BINDING = { type: 'GROUP', roleId: 'editor', namespaceId: 'tests' }
const POLICY = `
id: owned-flows
displayName: Flows have an owner
enforcement: EVALUATE
rules:
  - { type: Require, on: FLOW, properties: [labels.owner], errorMessage: Say whom to ask about this flow }
`
const KEYS = { discounts: '{"gold": 0.2, "silver": 0.1}', region: '"EU"', last_order: '1204318', window: '"PT36H"' }
const RUNS = 12

export async function seed(server: BrowserServer): Promise<Seed> {
  const sources = [
    ...['hello-world', 'parallel-and-loops'].map(name => readFileSync(join(EXAMPLES, `${name}.yaml`), 'utf8')),
    FAILING,
    APPROVAL,
    SECRETIVE,
  ]
  for (const [key, value] of Object.entries(KEYS)) await server.call('PUT', `/namespaces/tests/kv/${key}`, value)
  for (const source of sources) await server.call('POST', '/flows', source)
  await server.call('PUT', '/flows/tests/warehouse/draft', SECRETIVE.replace('log_in', 'sign_in'))
  await server.call('POST', '/tests', SUITE)
  await server.call('POST', '/apps', APP)
  await server.call('POST', '/policies', JSON.stringify({ source: POLICY }))
  const group = (await server.call('POST', '/groups', GROUP)) as { readonly id: string }
  await server.call('POST', '/bindings', JSON.stringify({ ...BINDING, externalId: group.id }))
  await server.call('POST', '/tests/tests/broken-test/run', '{}')
  let greeted = ''
  for (let run = 0; run < RUNS; run += 1) greeted = await server.run('examples/hello-world', { name: `reader ${run}` })
  const succeeded = await server.run('examples/parallel-and-loops')
  const failed = await server.run('tests/broken')
  const paused = (await server.call('POST', '/executions/tests/approval')) as { readonly id: string }
  return { succeeded, greeted, failed, paused: paused.id }
}
