// Nobody gives what they do not have: roles, bindings, groups, tokens and power over others.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openPeopleServer, type PeopleServer, type Person } from '../../testing/people-server.ts'

let server: PeopleServer
let lead: Person
let leadId: string
before(async () => {
  server = await openPeopleServer()
  const role = await server.root.send('POST', `${MAIN}/roles`, { name: 'People lead', permissions: PEOPLE })
  const made = await server.addUser('lead@example.com', [
    { roleId: role.json.id },
    { roleId: 'editor', namespaceId: 'company' },
  ])
  lead = made.person
  leadId = made.id
})
after(() => server.stop())

const MAIN = '/api/v1/main'
const CRUD = ['READ', 'CREATE', 'UPDATE', 'DELETE']
/** Looks after people, and has nothing else to give. */
const PEOPLE = { USER: CRUD, GROUP: CRUD, ROLE: CRUD, BINDING: CRUD, SERVICE_ACCOUNT: CRUD, TENANT_ACCESS: CRUD }

async function addUser(name: string): Promise<string> {
  return (await server.root.send('POST', '/api/v1/users', { email: name })).json.id
}

function bind(person: Person, binding: Readonly<Record<string, unknown>>): ReturnType<Person['send']> {
  return person.send('POST', `${MAIN}/bindings`, { type: 'USER', ...binding })
}

test('a role is given where one has it oneself, and below, and nowhere else', async () => {
  const externalId = await addUser('ada@example.com')

  const within = await bind(lead, { externalId, roleId: 'viewer', namespaceId: 'company.sales' })
  assert.equal(within.status, 200)
  assert.deepEqual([within.json.role.name, within.json.namespace], ['Viewer', 'company.sales'])
  const other = await bind(lead, { externalId, roleId: 'viewer', namespaceId: 'other' })
  assert.deepEqual([other.status, other.json.code], [403, 'more-than-own'])
  assert.match(other.json.message, /you lack FLOW:READ/)
  assert.equal((await bind(lead, { externalId, roleId: 'viewer' })).status, 403)
  assert.equal((await bind(lead, { externalId: leadId, roleId: 'admin' })).status, 403)
  const many = await lead.send('POST', `${MAIN}/bindings/bulk`, [
    { type: 'USER', externalId, roleId: 'viewer', namespaceId: 'company.hr' },
    { type: 'USER', externalId, roleId: 'admin' },
  ])
  assert.equal(many.status, 403)
  const kept = await lead.send('GET', `${MAIN}/bindings/search?id=${externalId}`)
  assert.equal(kept.json.total, 1)
  assert.equal((await lead.send('DELETE', `${MAIN}/bindings/${within.json.id}`)).status, 204)
})

test('what others were given beyond oneself is not taken away either', async () => {
  const externalId = await addUser('ben@example.com')
  const given = await bind(server.root, { externalId, roleId: 'admin' })

  assert.equal((await lead.send('DELETE', `${MAIN}/bindings/${given.json.id}`)).status, 403)
  assert.equal((await server.root.send('DELETE', `${MAIN}/bindings/${given.json.id}`)).status, 204)
})

test('a role is made of what one has, and changed only as far as one could have given it', async () => {
  const own = await lead.send('POST', `${MAIN}/roles`, { name: 'Reader', permissions: { FLOW: ['READ'] } })
  assert.equal(own.status, 200)
  const more = await lead.send('POST', `${MAIN}/roles`, { name: 'Spy', permissions: { AUDITLOG: ['READ'] } })
  assert.deepEqual([more.status, more.json.code], [403, 'more-than-own'])
  const everybody = { name: 'All', permissions: { FLOW: ['READ'] }, isDefault: true }
  assert.equal((await lead.send('POST', `${MAIN}/roles`, everybody)).status, 403)

  const externalId = await addUser('cleo@example.com')
  await bind(server.root, { externalId, roleId: own.json.id })
  const wider = { name: 'Reader', permissions: { FLOW: ['READ', 'DELETE'] } }
  assert.equal((await lead.send('PUT', `${MAIN}/roles/${own.json.id}`, wider)).status, 403)
  assert.equal((await server.root.send('PUT', `${MAIN}/roles/${own.json.id}`, wider)).status, 200)
  assert.equal((await lead.send('DELETE', `${MAIN}/roles/${own.json.id}`)).status, 403)

  const managed = await server.root.send('PUT', `${MAIN}/roles/viewer`, wider)
  assert.deepEqual([managed.status, managed.json.code], [403, 'forbidden'])
  const unknown = await server.root.send('POST', `${MAIN}/roles`, { name: 'X', permissions: { MOON: ['READ'] } })
  assert.deepEqual([unknown.status, unknown.json.code], [422, 'permission-unknown'])
})

test('a group brings what it has: joining it is giving it', async () => {
  const group = (await server.root.send('POST', `${MAIN}/groups`, { name: 'Operators' })).json.id
  await server.root.send('POST', `${MAIN}/bindings`, { type: 'GROUP', externalId: group, roleId: 'admin' })
  const [target, own] = [await addUser('dora@example.com'), `${MAIN}/users/${leadId}/groups`]

  assert.equal((await lead.send('PUT', `${MAIN}/groups/${group}/members/${leadId}`)).status, 403)
  assert.equal((await lead.send('PUT', own, { groupIds: [group] })).status, 403)
  const made = await lead.send('POST', '/api/v1/users', { email: 'eve@example.com', groups: [group] })
  assert.equal(made.status, 403)
  const external = { name: 'Operators', externalNames: ['everybody'] }
  assert.equal((await lead.send('PUT', `${MAIN}/groups/${group}`, external)).status, 403)

  const joined = await server.root.send('PUT', `${MAIN}/groups/${group}/members/${target}`)
  assert.deepEqual(joined.json.groups[0], { id: group, name: 'Operators', external: false, membership: 'MEMBER' })
  assert.equal((await server.root.send('PUT', `${MAIN}/groups/${group}/members/${target}`)).status, 409)
  const members = await server.root.send(
    'GET',
    `${MAIN}/groups/${group}/members?filters[username][EQUALS]=dora@example.com`,
  )
  assert.equal(members.json.total, 1)
  assert.equal((await server.root.send('DELETE', `${MAIN}/groups/${group}`)).status, 200)
  assert.equal((await server.root.send('GET', `${MAIN}/bindings/search?type=GROUP`)).json.total, 0)
})

test('an owner of a group leads it, and a member does not', async () => {
  const owner = await server.addUser('owner@example.com')
  const group = (await server.root.send('POST', `${MAIN}/groups`, { name: 'Club', membersId: [owner.id] })).json.id
  const guest = `${MAIN}/groups/${group}/members/${await addUser('guest@example.com')}`

  assert.equal((await owner.person.send('PUT', guest)).status, 403)
  const member = `${MAIN}/groups/${group}/members/membership/${owner.id}?membership=OWNER`
  assert.equal((await server.root.send('PUT', member)).json.groups[0].membership, 'OWNER')
  assert.equal((await owner.person.send('PUT', guest)).status, 200)
  assert.equal((await owner.person.send('DELETE', guest)).status, 200)
  assert.equal((await owner.person.send('DELETE', `${MAIN}/groups/${group}`)).status, 403)
})

test('nobody acts for one who may do more: no password, no token, no new address', async () => {
  const boss = await server.addUser('boss@example.com', [{ roleId: 'editor' }])
  const inside = await server.addUser('inside@example.com', [{ roleId: 'viewer', namespaceId: 'company.sales' }])
  const password = 'nine slow yellow trams'
  const over = (id: string): readonly [string, string, unknown][] => [
    ['PATCH', `/api/v1/users/${id}/password`, { password }],
    ['POST', `/api/v1/users/${id}/password-reset`, undefined],
    ['PATCH', `/api/v1/users/${id}`, { email: 'mine@example.com' }],
    ['PATCH', `/api/v1/users/${id}/disabled`, { disabled: true }],
    ['DELETE', `/api/v1/users/${id}`, undefined],
  ]

  for (const id of [boss.id, server.rootId])
    for (const [method, path, body] of over(id)) assert.equal((await lead.send(method, path, body)).status, 403, path)
  assert.equal((await lead.send('PATCH', `/api/v1/users/${leadId}/superadmin`, { superAdmin: true })).status, 403)
  assert.equal((await lead.send('POST', '/api/v1/users', { email: 'x@example.com', superAdmin: true })).status, 403)
  assert.equal((await lead.send('POST', `/api/v1/users/${inside.id}/password-reset`)).status, 200)

  const robot = (await server.root.send('POST', `${MAIN}/service-accounts`, { name: 'robot' })).json.id
  await bind(server.root, { externalId: robot, roleId: 'admin' })
  const token = await lead.send('POST', `/api/v1/service-accounts/${robot}/api-tokens`, { name: 't' })
  assert.deepEqual([token.status, token.json.code], [403, 'more-than-own'])
})

test('what a role, a group or a binding gives or takes counts with the next request', async () => {
  const { id, person } = await server.addUser('fay@example.com')
  const may = async (): Promise<unknown> => (await person.send('GET', '/api/v1/me')).json.permissions['FLOW:READ']
  assert.equal(await may(), undefined)

  const binding = (await bind(server.root, { externalId: id, roleId: 'viewer', namespaceId: 'company' })).json.id
  assert.deepEqual(await may(), { all: false, allow: ['company'], deny: [] })
  await bind(server.root, { externalId: id, roleId: 'viewer', namespaceId: 'company.hr', isDeny: true })
  assert.deepEqual(await may(), { all: false, allow: ['company'], deny: ['company.hr'] })
  await server.root.send('DELETE', `${MAIN}/bindings/${binding}`)
  assert.equal(await may(), undefined)
})

test('why somebody may or may not is told, to themselves and to those who may read bindings', async () => {
  const { id, person } = await server.addUser('gus@example.com')
  const group = (await server.root.send('POST', `${MAIN}/groups`, { name: 'Sales', membersId: [id] })).json.id
  await server.root.send('POST', `${MAIN}/bindings`, {
    type: 'GROUP',
    externalId: group,
    roleId: 'editor',
    namespaceId: 'company.sales',
  })
  const ask = (who: Person, query: string): ReturnType<Person['send']> =>
    who.send('GET', `${MAIN}/access/explain?${query}`)

  const yes = await ask(lead, 'user=gus@example.com&resource=FLOW&action=UPDATE&namespace=company.sales.emea')
  assert.equal(yes.json.isAllowed, true)
  assert.equal(
    yes.json.sentence,
    '"gus@example.com" has FLOW:UPDATE in "company.sales.emea": group "Sales" → role "Editor" on "company.sales".',
  )
  const no = await ask(person, 'resource=FLOW&action=UPDATE&namespace=company.hr')
  assert.deepEqual([no.json.isAllowed, no.json.reasons], [false, []])
  assert.match(no.json.sentence, /no role gives it/)
  assert.equal((await ask(person, `user=${server.rootId}&resource=FLOW&action=READ`)).status, 403)
  assert.equal((await ask(person, 'resource=MOON&action=READ')).status, 422)
})
