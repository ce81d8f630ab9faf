// Invitations, service accounts, the tenant and the small lists: what Kestra's clients call, over one server.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { cookieOf, openPeopleServer, type PeopleServer } from '../../testing/people-server.ts'

let server: PeopleServer
before(async () => {
  server = await openPeopleServer()
})
after(() => server.stop())

const MAIN = '/api/v1/main'
const PASSWORD = 'six slow yellow trams'

test('an invitation becomes a user with what it offers, once', async () => {
  const group = (await server.root.send('POST', `${MAIN}/groups`, { name: 'Guests' })).json.id
  const roles = [{ id: 'viewer', namespaces: ['company'] }]
  const made = await server.root.send('POST', `${MAIN}/invitations`, {
    email: 'ada@example.com',
    roles,
    groups: [group],
  })
  assert.deepEqual([made.status, made.json.status, made.json.roles[0].name], [201, 'PENDING', 'Viewer'])
  const link = made.json.link.split('/').at(-1)
  const again = await server.root.send('POST', `${MAIN}/invitations`, { email: 'ada@example.com' })
  assert.equal(again.status, 409)
  const listed = await server.root.send('GET', `${MAIN}/invitations/search?status=PENDING`)
  assert.deepEqual([listed.json.total, listed.text.includes(link)], [1, false])

  assert.equal((await server.nobody.send('GET', `/api/v1/invitation/${link}`)).json.email, 'ada@example.com')
  assert.equal((await server.nobody.send('GET', `/api/v1/invitation/${made.json.id}.guess`)).status, 410)
  const who = { firstName: 'Ada', lastName: 'Lovelace', password: PASSWORD }
  const entered = await server.nobody.send('POST', `/api/v1/invitation/create/${link}`, who)
  assert.equal(entered.status, 200)
  const me = (await server.withCookie(cookieOf(entered)).send('GET', '/api/v1/me')).json
  assert.deepEqual(me.groups, [{ id: group, name: 'Guests' }])
  assert.deepEqual(me.permissions['FLOW:READ'], { all: false, allow: ['company'], deny: [] })
  assert.equal((await server.nobody.send('POST', `/api/v1/invitation/create/${link}`, who)).status, 410)

  const known = await server.root.send('POST', `${MAIN}/invitations`, {
    email: 'ada@example.com',
    roles: [{ id: 'viewer' }],
  })
  assert.equal(known.status, 204)
})

test('a service account has tokens and no door of its own', async () => {
  const made = await server.root.send('POST', `${MAIN}/service-accounts`, { name: 'robot', description: 'before' })
  const { id } = made.json
  assert.deepEqual([made.status, made.json.name, made.json.groups], [200, 'robot', []])
  const token = await server.root.send('POST', `${MAIN}/service-accounts/${id}/api-tokens`, { name: 'ci' })
  assert.equal((await server.withToken(token.json.fullToken).send('GET', '/api/v1/me')).json.profile.username, 'robot')

  const put = await server.root.send('PUT', `${MAIN}/service-accounts/${id}`, { name: 'robot', description: 'after' })
  assert.equal(put.json.description, 'after')
  assert.equal(
    (await server.root.send('PATCH', `/api/v1/service-accounts/${id}/superadmin`, { superAdmin: true })).status,
    200,
  )
  assert.equal((await server.root.send('GET', `/api/v1/service-accounts/${id}`)).json.superAdmin, true)
  assert.equal((await server.root.send('GET', '/api/v1/service-accounts?size=50')).json.total, 1)
  assert.equal((await server.root.send('GET', `/api/v1/users/${id}`)).status, 404)
  assert.equal((await server.root.send('DELETE', `/api/v1/service-accounts/${id}`)).status, 204)
  assert.equal((await server.withToken(token.json.fullToken).send('GET', '/api/v1/me')).status, 401)
})

test('the tenant is one: it is found and called otherwise, and a second one is refused with the way out', async () => {
  const put = await server.root.send('PUT', '/api/v1/tenants/main', { id: 'main', name: 'Company' })
  assert.equal(put.json.name, 'Company')
  assert.equal((await server.root.send('GET', '/api/v1/tenants/search')).json.results[0].name, 'Company')
  const second = await server.root.send('POST', '/api/v1/tenants', { id: 'two', name: 'Two' })
  assert.deepEqual([second.status, second.json.code], [409, 'one-tenant'])
  assert.match(second.json.message, /start another server/)
  assert.equal((await server.root.send('DELETE', '/api/v1/tenants/main')).status, 409)
  assert.equal((await server.root.send('GET', '/api/v1/tenants/two')).status, 404)
})

test('who is in the tenant is listed with groups, let in and put out', async () => {
  const { id } = (await server.root.send('POST', '/api/v1/users', { email: 'ben@example.com' })).json
  assert.equal((await server.root.send('POST', `${MAIN}/tenant-access`, { email: 'ben@example.com' })).status, 204)
  await server.root.send('POST', `${MAIN}/bindings`, {
    type: 'USER',
    externalId: id,
    roleId: 'launcher',
    namespaceId: 'a',
  })
  assert.equal((await server.root.send('POST', `${MAIN}/tenant-access`, { email: 'ben@example.com' })).status, 409)

  const access = (await server.root.send('GET', `${MAIN}/tenant-access/${id}`)).json
  assert.deepEqual(
    [access.roles[0].name, access.roles[0].origin, access.roles[0].namespace],
    ['Launcher', 'BINDING', 'a'],
  )
  const offered = await server.root.send('POST', `${MAIN}/tenant-access/autocomplete`, { q: 'ben' })
  assert.equal(offered.json[0].username, 'ben@example.com')
  assert.equal((await server.root.send('DELETE', `${MAIN}/tenant-access/${id}`)).status, 204)
  assert.deepEqual((await server.root.send('GET', `${MAIN}/tenant-access/${id}`)).json.roles, [])
})

test('roles are offered, and 2.0 is told of permissions in its own shape', async () => {
  const offered = await server.root.send('POST', `${MAIN}/roles/autocomplete`, { q: 'view' })
  assert.deepEqual(
    offered.json.map(({ name }: { name: string }) => name),
    ['Viewer'],
  )
  const old = (await server.root.send('GET', `${MAIN}/acls/permissions`)).json
  const newer = await server.root.send('GET', `${MAIN}/acls/permissions`, undefined, { 'x-batuta-dialect': '2.0' })
  assert.ok(old.includes('FLOW'))
  assert.deepEqual(newer.json.FLOW, ['READ', 'CREATE', 'UPDATE', 'DELETE'])
  assert.deepEqual(Object.keys((await server.root.send('GET', `${MAIN}/acls/templates`)).json), [
    'ADMIN',
    'EDITOR',
    'DEVELOPER',
    'LAUNCHER',
    'VIEWER',
  ])
  const made = await server.root.send('POST', `${MAIN}/roles`, {
    name: 'Of 2.0',
    permissions: { FLOW: ['VIEW', 'EXECUTE'] },
  })
  assert.deepEqual(made.json.permissions, { FLOW: ['READ'], EXECUTION: ['CREATE'] })
})

test('nobody learns by a forgotten password who there is', async () => {
  for (const username of ['root@example.com', 'nobody@example.com'])
    assert.equal((await server.nobody.send('POST', '/api/v1/forgotten-password', { username })).status, 200)
  assert.equal((await server.nobody.send('POST', '/api/v1/validate-password', PASSWORD)).json.valid, true)
  assert.equal((await server.nobody.send('POST', '/api/v1/validate-password', 'short')).status, 422)
})
