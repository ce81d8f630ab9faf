import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue, decodeValue, isMap, mapGet, parseFlow, type PluginDefault, type Value } from '@batuta/core'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import { openFlowCatalogue, type FlowCatalogue } from './flow-catalogue.ts'
import { keptFlow, newFreshDefaults } from './fresh-defaults.ts'

const LOG = 'io.kestra.plugin.core.debug.Return'
const KEY = { tenant: 'main', namespace: 'a.b', flowId: 'says' }
const SOURCE = `
id: says
namespace: a.b
tasks: [{ id: one, type: ${LOG} }]
triggers: [{ id: tick, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 * * * *" }]`

interface World {
  readonly flows: FlowCatalogue
  readonly told: string[]
  readonly message: () => Value | undefined
}

/** A flow that was saved with the first defaults, on a server that is told the second ones. */
async function worldOf(saved: readonly PluginDefault[], now: PluginDefault[]): Promise<World> {
  const store = openMemoryStore(newTables(), () => 1)
  const catalogue = createCatalogue([])
  const { flow } = parseFlow(SOURCE, { catalogue, namespaceDefaults: saved })
  assert.ok(flow)
  const parsed = keptFlow(flow, { globalDefaults: [], namespaceDefaults: () => saved })
  await store.perform('saveFlow', { ...KEY, source: SOURCE, parsed, nowMs: 1, isDisabled: false })
  const told: string[] = []
  const world = { catalogue, globalDefaults: [], namespaceDefaults: () => now }
  const flows = await openFlowCatalogue(
    store,
    newFreshDefaults(world, message => void told.push(message)),
  )
  const message = (): Value | undefined => mapGet(flows.flowOf(KEY)?.tasks[0]?.properties ?? {}, 'format')
  return { flows, told, message }
}

const logging = (message: string): PluginDefault => ({ type: LOG, forced: false, values: { format: message } })

test('defaults that changed while nobody was there count from the start', async () => {
  const { message, flows } = await worldOf([logging('old')], [logging('new')])

  assert.equal(message(), 'new')
  assert.deepEqual(flows.remade, [])
})

test('defaults that are gone leave nothing behind, and plans that were made with them go', async () => {
  const now = [logging('old')]
  const { flows, message } = await worldOf(now, now)
  assert.equal(message(), 'old')

  now.pop()
  assert.deepEqual(await flows.refresh('other'), [])
  assert.equal(message(), 'old')
  await flows.refresh('a')

  assert.equal(message(), undefined)
  assert.equal((await flows.loadPlan(KEY, 1))?.flow.tasks[0]?.properties !== undefined, true)
})

test('flows whose triggers read otherwise are named', async () => {
  const now: PluginDefault[] = []
  const { flows } = await worldOf([], now)

  now.push({ type: 'io.kestra.plugin.core.trigger', forced: true, values: { cron: '5 5 * * *' } })
  const changed = await flows.refresh('a.b')

  assert.deepEqual(
    changed.map(({ flowId }) => flowId),
    ['says'],
  )
  const trigger = flows.flowOf(KEY)?.triggers[0]
  assert.equal(trigger && mapGet(trigger.properties, 'cron'), '5 5 * * *')
})

test('defaults that would change what tasks there are do not reach a saved flow, and somebody is told', async () => {
  const { message, flows, told } = await worldOf(
    [logging('old')],
    [logging('new'), { type: LOG, forced: true, values: { disabled: true } }],
  )

  assert.equal(message(), 'old')
  assert.equal(flows.flowOf(KEY)?.tasks[0]?.disabled, false)
  assert.match(told[0] ?? '', /"a\.b\.says".*save it again/)
})

test('a flow says in front which defaults it was made with, and one without any says nothing', () => {
  const { flow } = parseFlow(SOURCE, { catalogue: createCatalogue([]) })
  assert.ok(flow)

  const plain = keptFlow(flow, { globalDefaults: [] })
  const made = keptFlow(flow, { globalDefaults: [logging('x')] })

  const value = decodeValue(made)
  assert.ok(isMap(value) && !plain.includes('madeWith'))
  assert.match(made, /^\{"madeWith":"[0-9a-f]{16}"/)
})
