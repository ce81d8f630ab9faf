import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type Answer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

const OF = '/api/v1/main/namespaces'
const JSON_TYPE = { 'content-type': 'application/json' }

function send(method: string, path: string, body: unknown): Promise<Answer> {
  return server.send(method, `${OF}/${path}`, { body: JSON.stringify(body), headers: JSON_TYPE })
}

test('a secret is kept encrypted, and only what is said about it comes back', async () => {
  const saved = await send('PUT', 'secrets.one/secrets', {
    key: 'api_token',
    value: 'top-s3cret',
    description: 'of the bank',
    tags: [{ key: 'team', value: 'x' }],
  })

  assert.equal(saved.status, 200)
  assert.deepEqual(saved.json, [
    { namespace: 'secrets.one', key: 'API_TOKEN', description: 'of the bank', tags: [{ key: 'team', value: 'x' }] },
  ])
  const [row] = await server.store.read.listSecrets('main', 'secrets.one')
  assert.ok(row && !row.cipher.includes('top-s3cret'))
  const described = await send('PATCH', 'secrets.one/secrets/api_token', { description: 'of another bank' })
  assert.equal(described.json[0].description, 'of another bank')
  assert.equal((await server.store.read.findSecret('main', 'secrets.one', 'API_TOKEN'))?.cipher, row.cipher)
  assert.equal((await send('PATCH', 'secrets.one/secrets/ghost', {})).status, 404)
})

test('a number that no double holds is taken as JavaScript takes it', async () => {
  const body =
    '{"key": "K", "value": "v", "tags": [{"key": "team", "value": "x", "more": {"size": -41547251621524144128}}]}'

  const saved = await server.send('PUT', `${OF}/secrets.large/secrets`, { body, headers: JSON_TYPE })

  assert.equal(saved.status, 200)
  assert.equal(saved.json[0].tags[0].value, 'x')
})

test('names are listed with those of namespaces above and of the environment', async () => {
  await send('PUT', 'secrets.up/secrets', { key: 'SHARED', value: '1' })
  await send('PUT', 'secrets.up.own/secrets', { key: 'OWN', value: '2' })

  const inherited = await server.send('GET', `${OF}/secrets.up.own/inherited-secrets`)
  const found = await server.send('GET', '/api/v1/main/secrets?filters[namespace][PREFIX]=secrets.up')
  const all = await server.send('GET', '/api/v1/main/secrets?filters[q][EQUALS]=door')

  assert.deepEqual(inherited.json, { 'secrets.up.own': ['OWN', 'DOOR'], 'secrets.up': ['SHARED'], secrets: [] })
  assert.equal(found.json.total, 2)
  assert.deepEqual(all.json.results, [{ key: 'DOOR' }])
})

test('a secret is deleted once, and a strange name is refused', async () => {
  await send('PUT', 'secrets.gone/secrets', { key: 'A', value: '1' })

  assert.equal((await server.send('DELETE', `${OF}/secrets.gone/secrets/a`)).status, 200)
  assert.equal((await server.send('DELETE', `${OF}/secrets.gone/secrets/a`)).status, 404)
  assert.equal((await send('PUT', 'secrets.gone/secrets', { key: 'a b', value: '1' })).status, 422)
  assert.equal((await send('PUT', 'secrets.gone/secrets', { key: 'A' })).status, 422)
})

test('a condition reads a secret, and a flow output with one in it is kept encrypted', async () => {
  await send('PUT', 'secrets.flow/secrets', { key: 'WORD', value: 'sesame-open' })
  await server.saveFlow(`id: reads
namespace: secrets.flow.deep
tasks:
  - id: branch
    type: io.kestra.plugin.core.flow.If
    condition: "{{ secret('WORD') == 'sesame-open' }}"
    then:
      - id: yes
        type: io.kestra.plugin.core.debug.Return
        format: "right"
outputs:
  - id: word
    type: STRING
    value: "the word is {{ secret('word') }}"
`)

  const { json } = await server.send('POST', '/api/v1/main/executions/secrets.flow.deep/reads?wait=true', {
    body: new FormData(),
  })

  assert.equal(json.state.current, 'SUCCESS')
  assert.equal(json.outputs.word.type, 'io.kestra.datatype:aes_encrypted')
  const rows = await server.store.read.journalOf(json.id)
  assert.ok(!rows.some(({ events }) => events.includes('sesame-open')))
})

test('the secrets that flows ask for are told with those that there are not', async () => {
  await send('PUT', 'secrets.asked/secrets', { key: 'THERE', value: '1' })
  const source = (id: string, name: string): string =>
    `id: ${id}\nnamespace: secrets.asked.deep\ntasks:\n  - { id: a, type: io.kestra.plugin.core.log.Log, message: "{{ secret('${name}') }}" }\n`
  for (const [id, name] of [
    ['one', 'THERE'],
    ['two', 'there'],
    ['three', 'GHOST'],
  ] as const)
    await server.send('POST', '/api/v1/main/flows', {
      body: source(id, name),
      headers: { 'content-type': 'application/x-yaml' },
    })

  const { json } = await server.send('GET', '/api/v1/main/secrets/usage?namespace=secrets.asked')

  assert.equal(json.canSave, true)
  assert.deepEqual(
    json.asked.map(({ key, isMissing, flows }: { key: string; isMissing: boolean; flows: { id: string }[] }) => [
      key.toUpperCase(),
      isMissing,
      flows.map(({ id }) => id).sort(),
    ]),
    [
      ['THERE', false, ['one', 'two']],
      ['GHOST', true, ['three']],
    ],
  )
})
