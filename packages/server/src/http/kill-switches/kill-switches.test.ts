import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openPeopleServer, type PeopleServer, type Said } from '../../testing/people-server.ts'

const MAIN = '/api/v1/main'
const SWITCHES = '/api/v1/kill-switches'

function flow(id: string, task: string): string {
  return `id: ${id}\nnamespace: company.pay\ntasks:\n  - ${task}\n`
}

const LOG = '{ id: say, type: io.kestra.plugin.core.log.Log, message: hello }'
const PAUSE = '{ id: wait, type: io.kestra.plugin.core.flow.Pause }'

let server: PeopleServer
before(async () => {
  server = await openPeopleServer()
  const headers = { 'content-type': 'application/x-yaml' }
  for (const source of [flow('quick', LOG), flow('slow', PAUSE), flow('other', LOG).replace('.pay', '.hr')])
    await server.root.send('POST', `${MAIN}/flows`, source, headers)
})
after(() => server.stop())

async function throwSwitch(more: Readonly<Record<string, unknown>>): Promise<Said> {
  return await server.root.send('POST', SWITCHES, { name: 'payments are broken', namespace: 'company.pay', ...more })
}

async function start(id: string, namespace = 'company.pay'): Promise<Said> {
  return await server.root.send('POST', `${MAIN}/executions/${namespace}/${id}`)
}

async function stateOf(id: string): Promise<string> {
  return (await server.root.send('GET', `${MAIN}/executions/${id}`)).json.state.current
}

/** The switch reaches what is under way by itself: only its end is waited for. */
async function ended(id: string): Promise<string> {
  for (;;) {
    const state = await stateOf(id)
    if (/KILLED|CANCELLED|SUCCESS|FAILED/.test(state)) return state
    await new Promise(resolve => setImmediate(resolve))
  }
}

test('KILL: what begins is born killed, what is under way is killed, and others go on', async () => {
  const underWay = (await start('slow')).json.id
  const made = await throwSwitch({ evaluationType: 'KILL' })
  assert.deepEqual([made.status, made.json.isInForce, made.json.enabled], [200, true, true])

  const born = (await start('quick')).json
  assert.equal(born.state.current, 'KILLED')
  assert.deepEqual(
    born.labels.find(({ key }: { key: string }) => key === 'system.killSwitch'),
    { key: 'system.killSwitch', value: 'payments are broken' },
  )
  assert.equal((await server.root.send('GET', `${MAIN}/executions/${born.id}`)).json.taskRunList?.length ?? 0, 0)
  assert.equal(await ended(underWay), 'KILLED')
  assert.equal(await ended((await start('other', 'company.hr')).json.id), 'SUCCESS')

  assert.equal((await server.root.send('DELETE', `${SWITCHES}/${made.json.id}`)).status, 200)
  assert.equal(await ended((await start('quick')).json.id), 'SUCCESS')
})

test('CANCEL: both are cancelled, and PASS lets one flow through', async () => {
  const underWay = (await start('slow')).json.id
  const made = (await throwSwitch({ evaluationType: 'CANCEL' })).json
  const passed = (await throwSwitch({ evaluationType: 'PASS', flowId: 'quick' })).json

  assert.equal((await start('slow')).json.state.current, 'CANCELLED')
  assert.equal(await ended(underWay), 'CANCELLED')
  assert.equal(await ended((await start('quick')).json.id), 'SUCCESS')
  for (const { id } of [made, passed]) await server.root.send('DELETE', `${SWITCHES}/${id}`)
})

test('IGNORE: what begins lies as it is until the switch is gone and somebody releases it', async () => {
  const made = (await throwSwitch({ evaluationType: 'IGNORE' })).json
  const { id } = (await start('quick')).json
  assert.equal(await stateOf(id), 'CREATED')

  await server.root.send('PUT', `${SWITCHES}/${made.id}`, { name: 'over', evaluationType: 'IGNORE', enabled: false })
  assert.equal((await server.root.send('POST', `${MAIN}/executions/${id}/release`)).status, 200)

  assert.equal(await ended(id), 'SUCCESS')
})

test('a switch of another hour, or one that is off, stops nothing; one that makes no sense is refused', async () => {
  const [startDate, endDate] = ['2099-01-01T00:00:00Z', '2098-01-01T00:00:00Z']
  const later = (await throwSwitch({ evaluationType: 'KILL', startDate })).json
  const off = (await throwSwitch({ evaluationType: 'KILL', enabled: false })).json
  assert.deepEqual([later.isInForce, off.isInForce], [false, false])
  assert.equal(await ended((await start('quick')).json.id), 'SUCCESS')

  assert.equal((await throwSwitch({ evaluationType: 'KILL', startDate, endDate })).status, 422)
  assert.equal(
    (await server.root.send('POST', SWITCHES, { name: 'x', evaluationType: 'KILL', flowId: 'f' })).status,
    422,
  )
  const listed = await server.root.send('GET', `${SWITCHES}/search`)
  assert.ok(listed.json.some(({ id }: { id: string }) => id === later.id))
})

test('switches and announcements are shown to whoever is logged in, and made by administrators alone', async () => {
  const viewer = (await server.addUser('ada@example.com', [{ roleId: 'viewer' }])).person
  await throwSwitch({ evaluationType: 'CANCEL', executionIds: ['nobody'] })
  const message = { message: 'Maintenance at noon', type: 'WARNING' }
  const banner = await server.root.send('POST', '/api/v1/banners', message)
  await server.root.send('POST', '/api/v1/banners', { message: 'later', startDate: '2099-01-01T00:00:00Z' })

  const shown = (await viewer.send('GET', '/api/v1/banners/active')).json
  assert.deepEqual(
    shown.map((each: { message: string }) => each.message),
    ['Maintenance at noon', 'Kill switch "payments are broken" (CANCEL) on 1 executions.'],
  )
  assert.equal((await server.nobody.send('GET', '/api/v1/configs')).json.banner.message, 'Maintenance at noon')
  assert.equal((await viewer.send('POST', '/api/v1/banners', message)).status, 403)
  assert.equal((await viewer.send('POST', SWITCHES, { name: 'x', evaluationType: 'KILL' })).status, 403)
  assert.equal((await server.root.send('GET', '/api/v1/banners/search')).json.length, 2)
  await server.root.send('DELETE', `/api/v1/banners/${banner.json.id}`)
  assert.equal((await server.nobody.send('GET', '/api/v1/configs')).json.banner, undefined)
})
