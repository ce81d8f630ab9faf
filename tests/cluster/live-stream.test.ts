// A web server that has no engine tells over its stream what the executions of other nodes do, and counts and lists them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createClient, readEvents, type Client } from '@batuta/api'
import { TortureCluster } from '../torture/cluster.ts'

const NAMESPACE = 'tests.live'
const SOURCE = `id: told
namespace: ${NAMESPACE}
tasks:
  - { id: before, type: io.kestra.plugin.core.log.Log, message: before }
  - id: work
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: { type: io.kestra.plugin.core.runner.Process }
    commands: ['sleep 2', 'echo from the script']
`

let cluster: TortureCluster
let address = ''
let client: Client

before(async () => {
  cluster = await TortureCluster.open({
    nodes: { door: 'web', mind: 'engine', hand: 'worker' },
    flows: () => [{ id: 'told', source: SOURCE, pace: 'quick' as const }],
  })
  address = cluster.node('door').server?.address ?? ''
  client = createClient({ baseUrl: address, transport: globalThis })
})
after(() => cluster.close())

interface Told {
  readonly topic: string
  readonly type: string
  readonly isEnded?: boolean
  readonly lines?: readonly { readonly message: string }[]
  readonly execution?: { readonly state: { readonly current: string } }
}

test('the stream of a web server tells what executions of other nodes do', async () => {
  const { id } = await client.executions.create({ params: { namespace: NAMESPACE, id: 'told' } })
  const reply = await fetch(`${address}/api/v1/main/live?topics=exec:${id},logs:${id}`)
  assert.ok(reply.body)
  const states: string[] = []
  const messages: string[] = []
  let hasEnded = false
  for await (const { data } of readEvents(reply.body, new TextDecoder())) {
    const frame = JSON.parse(data) as Told
    if (frame.execution) states.push(frame.execution.state.current)
    messages.push(...(frame.lines ?? []).map(line => line.message))
    hasEnded ||= frame.isEnded === true
    if (hasEnded && messages.includes('from the script')) break
  }

  assert.equal(states.at(-1), 'SUCCESS')
  assert.ok(states.includes('RUNNING'), states.join())
})

test('what the nodes did is counted, listed by key and shown in windows on PostgreSQL', async () => {
  const { id } = await client.executions.create({ params: { namespace: NAMESPACE, id: 'told' }, query: { wait: true } })

  const counts = await client.executions.counts({ query: { timeRange: 'PT1H' } })
  const page = await client.executions.search({ query: { cursor: '', size: 1 } })
  const next = await client.executions.search({ query: { cursor: page.next ?? '', size: 1 } })
  const runs = await client.executions.taskRuns({ params: { executionId: id }, query: { parent: 'root' } })
  const found = await client.logs.find({ params: { executionId: id }, query: { q: 'FROM THE' } })
  const [bars] = await client.flows.runBars({ query: { flows: [`${NAMESPACE}.told`] } })
  const journal = await client.executions.journal({ params: { executionId: id } })
  const incidents = await client.people.incidents()

  assert.equal(counts.total, 2)
  assert.equal(page.results[0]?.id, id)
  assert.notEqual(next.results[0]?.id, id)
  assert.deepEqual(
    runs.results.map(run => run.taskId),
    ['before', 'work'],
  )
  assert.equal(found.hits[0]?.message, 'from the script')
  assert.equal(bars?.runs.length, 2)
  assert.ok(journal.total > 5)
  assert.deepEqual(incidents.results, [])
})
