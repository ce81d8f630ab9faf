// Plugin defaults that change after a flow was saved: those of its namespace at once, those of the configuration when the server starts again.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { apiOf, type Api } from './api-of.ts'
import { startBatuta, type StartedBatuta } from './batuta.ts'
import { makePlaces, type Places } from './places.ts'

const LOG = 'io.kestra.plugin.core.log.Log'
const FLOW = `
id: says
namespace: company.team
tasks: [{ id: one, type: ${LOG} }, { id: two, type: io.kestra.plugin.core.debug.Return }]`

let places: Places
let batuta: StartedBatuta
let api: Api

before(async () => {
  places = makePlaces()
  await start('')
})

after(async () => {
  await batuta.stop()
  places.remove()
})

async function start(configuration: string): Promise<void> {
  batuta = await startBatuta({ ...places, environment: { KESTRA_CONFIGURATION: configuration } })
  api = apiOf(batuta.address)
}

async function saidBy(): Promise<readonly string[]> {
  const { id } = await api.run('company.team.says')
  return (await api.logs(id)).map(({ message }) => message)
}

test('a saved flow follows the defaults of its namespace and of the configuration', async () => {
  const body = (message: string): { body: string; type: string } => ({
    body: JSON.stringify({ id: 'company', pluginDefaults: [{ type: LOG, values: { message } }] }),
    type: 'application/json',
  })
  await api.call('POST', '/namespaces', body('of the company'))
  await api.save(FLOW)
  assert.deepEqual(await saidBy(), ['of the company'])

  await api.call('PUT', '/namespaces/company', body('changed'))
  assert.deepEqual(await saidBy(), ['changed'])

  await batuta.stop()
  await start(`kestra: { plugins: { defaults: [{ type: ${LOG}, forced: true, values: { message: from outside } }] } }`)
  assert.deepEqual(await saidBy(), ['from outside'])

  await api.call('DELETE', '/namespaces/company')
  await batuta.stop()
  await start(`kestra: { plugins: { defaults: [{ type: ${LOG}, values: { message: later } }] } }`)
  assert.deepEqual(await saidBy(), ['later'])
})
