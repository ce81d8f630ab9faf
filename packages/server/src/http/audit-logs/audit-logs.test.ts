import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openPeopleServer, type PeopleServer } from '../../testing/people-server.ts'
import { jsonPatch } from './json-patch.ts'
import { nameOfObject } from './name-of-object.ts'

let server: PeopleServer
let groupId: string
before(async () => {
  server = await openPeopleServer()
  groupId = (await server.root.send('POST', `${MAIN}/groups`, { name: 'Before', description: 'same' })).json.id
  await server.root.send('PUT', `${MAIN}/groups/${groupId}`, { name: 'After', description: 'same' })
})
after(() => server.stop())

const MAIN = '/api/v1/main'
const LOGS = `${MAIN}/auditlogs`

test('what was done is found with who did it, from where and what it changed', async () => {
  const { status, json } = await server.root.send('GET', `${LOGS}/search?resources=GROUP&type=UPDATE`)

  assert.deepEqual([status, json.total], [200, 1])
  const [{ auditLog, user }] = json.results
  assert.deepEqual([user.id, auditLog.type, auditLog.detail.id], [server.rootId, 'UPDATE', groupId])
  assert.equal(auditLog.detail.name, 'After')
  assert.deepEqual([auditLog.detail.resource, auditLog.detail.outcome], ['GROUP', 'done'])
  assert.deepEqual(auditLog.appliedPatch, [{ op: 'replace', path: '/name', value: 'After' }])
  assert.deepEqual(auditLog.revertPatch, [{ op: 'replace', path: '/name', value: 'Before' }])
  assert.match(auditLog.ipAddress, /127\.0\.0\.1/)
})

test('one object has a history, and two of its entries a difference', async () => {
  const history = (await server.root.send('GET', `${LOGS}/history/${groupId}`)).json
  assert.equal(history.length, 2)
  assert.equal(history[0].username, 'root@example.com')

  const own = (await server.root.send('GET', `${LOGS}/${history[0].id}/diff`)).json
  assert.deepEqual([JSON.parse(own.before).name, JSON.parse(own.after).name], ['Before', 'After'])
  const since = (await server.root.send('GET', `${LOGS}/${history[0].id}/diff?previousId=${history[1].id}`)).json
  assert.equal(JSON.parse(since.before).name, 'Before')
  const found = await server.root.send('POST', `${LOGS}/find`, { resource: 'GROUP', detail: { id: groupId } })
  assert.equal(found.json.auditLog.type, 'UPDATE')
  assert.equal((await server.root.send('POST', `${LOGS}/find`, { resource: 'FLOW' })).status, 404)
})

test('filters of all dialects narrow the list, and pages go through it', async () => {
  const count = async (query: string): Promise<number> =>
    (await server.root.send('GET', `${LOGS}/search?${query}`)).json.total
  const all = await count('')

  assert.ok(all >= 3)
  assert.equal(await count('filters[resources][IN]=GROUP,ROLE'), 2)
  assert.equal(await count('filters[type][EQUALS]=CREATE&filters[resources][EQUALS]=GROUP'), 1)
  assert.equal(await count(`userId=${server.rootId}&q=Before&resources=GROUP`), 2)
  assert.equal(await count('startDate=2099-01-01T00:00:00Z'), 0)
  assert.equal(await count(`details=id:${groupId}`), 2)
  const page = await server.root.send('GET', `${LOGS}/search?size=1&page=2&sort=date:asc`)
  assert.deepEqual([page.json.results.length, page.json.total], [1, all])
})

test('passwords and tokens are in no entry, and log-ins that failed are', async () => {
  const secret = 'thirteen slow yellow trams'
  const { id } = (await server.root.send('POST', '/api/v1/users', { email: 'ada@example.com', password: secret })).json
  const token = (await server.root.send('POST', `/api/v1/users/${id}/api-tokens`, { name: 'ci' })).json.fullToken
  await server.nobody.send('POST', '/api/v1/login', { username: 'ada@example.com', password: 'wrong password' })

  const { text, json } = await server.root.send('GET', `${LOGS}/search?size=1000`)
  for (const hidden of [secret, token, token.split('_')[2], 'wrong password', 'argon2'])
    assert.equal(text.includes(hidden), false, hidden)
  const types = json.results.map(({ auditLog }: { auditLog: { type: string } }) => auditLog.type)
  assert.ok(types.includes('LOGIN_FAILURE'))
})

test('it is exported as CSV, and the chain says whether it is whole', async () => {
  const { text, headers } = await server.root.send('GET', `${LOGS}/export?resources=GROUP`)
  assert.match(headers.get('content-type') ?? '', /text\/csv/)
  const lines = text.trim().split('\r\n')
  assert.equal(lines.length, 3)
  assert.match(lines[0] ?? '', /^date,id,type,resource/)

  const verdict = (await server.root.send('GET', '/api/v1/auditlogs/verify')).json
  assert.equal(verdict.isSound, true)
  assert.ok(verdict.count >= 3)
})

test('whoever may read the audit of one namespace reads no more than that', async () => {
  const role = await server.root.send('POST', `${MAIN}/roles`, { name: 'Auditor', permissions: { AUDITLOG: ['READ'] } })
  const { person } = await server.addUser('ben@example.com', [{ roleId: role.json.id, namespaceId: 'company' }])

  assert.equal((await person.send('GET', `${LOGS}/search?resources=GROUP`)).json.total, 0)
  assert.equal((await person.send('GET', '/api/v1/auditlogs/search?resources=GROUP')).json.total, 0)
  assert.equal((await person.send('GET', '/api/v1/auditlogs/verify')).status, 403)
})

test('an object is told by its name, a binding by who has which role where', () => {
  const role = { id: 'r1', name: 'Editor' }

  assert.equal(
    nameOfObject({ id: 'b1', role, group: { id: 'g1', name: 'data' }, namespace: 'company' }),
    'data · Editor · company',
  )
  assert.equal(nameOfObject({ id: 'b1', role, user: { id: 'u1', username: 'ada' } }), 'ada · Editor')
  assert.equal(nameOfObject({ id: 'u1', name: '', username: 'ada' }), 'ada')
  assert.deepEqual([{ id: 'x' }, ['a'], 'text', undefined, null].map(nameOfObject), Array(5).fill(undefined))
})

test('a patch names what changed, member by member', () => {
  assert.deepEqual(jsonPatch({ a: 1, b: { c: 2, 'x/y': 1 } }, { b: { c: 3 }, d: [1] }), [
    { op: 'remove', path: '/a' },
    { op: 'replace', path: '/b/c', value: 3 },
    { op: 'remove', path: '/b/x~1y' },
    { op: 'add', path: '/d', value: [1] },
  ])
  assert.deepEqual(jsonPatch(undefined, { a: 1 }), [{ op: 'add', path: '', value: { a: 1 } }])
})
