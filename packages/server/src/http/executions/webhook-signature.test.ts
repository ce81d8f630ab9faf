// SP11: signatures of webhooks, by the examples that their inventors publish, and by everything that is nearly one.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { isMap, parseYaml, type ValueMap } from '@batuta/core'
import { openTestServer, type Answer, type TestServer } from '../../testing/test-server.ts'
import { signatureRuleOf, verifySignature, type SignedCall } from './webhook-signature.ts'

const NOW_MS = 1_700_000_000_000

function propertiesOf(signature: string): ValueMap {
  const { value = null } = parseYaml(`signature: ${signature}`)
  assert.ok(isMap(value))
  return value
}

function judge(
  signature: string,
  secrets: readonly string[],
  call: Partial<SignedCall> & { headers: Record<string, string>; body: string },
) {
  const rule = signatureRuleOf(propertiesOf(signature), 1)
  assert.ok(rule)
  return verifySignature(rule, secrets, {
    rawHeaders: Object.entries(call.headers).flat(),
    bytes: Buffer.from(call.body),
    nowMs: call.nowMs ?? NOW_MS,
  })
}

test('the example of GitHub is signed', () => {
  const verdict = judge('{preset: github, secret: s}', ["It's a Secret to Everybody"], {
    headers: {
      'X-Hub-Signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    },
    body: 'Hello, World!',
  })

  assert.equal(verdict.type, 'signed')
})

test('the example of Slack is signed, within five minutes of its time', () => {
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
  const headers = {
    'X-Slack-Request-Timestamp': '1531420618',
    'X-Slack-Signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  }
  const at = (nowMs: number): string =>
    judge('{preset: slack, secret: s}', ['8f742231b10e8888abcd99yyyzzz85a5'], { headers, body, nowMs }).type

  assert.deepEqual(
    [0, 299_000, -299_000, 301_000, -301_000].map(ms => at(1_531_420_618_000 + ms)),
    ['signed', 'signed', 'signed', 'refused', 'refused'],
  )
})

test('the example of the Standard Webhooks is signed, and its id tells it from others', () => {
  const verdict = judge('{preset: standard-webhooks, secret: s}', ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], {
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v2,xxxx v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    body: '{"test": 2432232314}',
    nowMs: 1_614_265_330_000,
  })

  assert.deepEqual(verdict, { type: 'signed', once: 'msg_p5jXN8AQM9LWM0D4loKWxJek', keptMs: 7 * 24 * 60 * 60_000 })
})

const hmac = (secret: string, text: string, algorithm = 'sha256', encoding: 'hex' | 'base64' = 'hex'): string =>
  createHmac(algorithm, secret).update(text).digest(encoding)

test('Stripe may send several codes, of which one of the secrets in use made one', () => {
  const time = String(NOW_MS / 1000)
  const signed = hmac('new', `${time}.{}`)
  const of = (header: string, secrets = ['old', 'new']): string =>
    judge('{preset: stripe, secret: [a, b]}', secrets, { headers: { 'Stripe-Signature': header }, body: '{}' }).type

  assert.equal(of(`t=${time},v1=${signed}`), 'signed')
  assert.equal(of(`t=${time},v1=${'0'.repeat(64)},v1=${signed},v0=abc`), 'signed')
  assert.equal(of(`t=${time},v1=${signed}`, ['other']), 'refused')
  assert.equal(of(`t=${time},v0=${signed}`), 'refused')
  assert.equal(of(`v1=${signed}`), 'refused')
  assert.equal(of(`t=${Number(time) - 301},v1=${hmac('new', `${Number(time) - 301}.{}`)}`), 'refused')
  // Nobody sends so many, and each costs a comparison with every secret.
  const others = (count: number): string => `v1=${'0'.repeat(64)},`.repeat(count)
  assert.equal(of(`t=${time},${others(19)}v1=${signed}`), 'signed')
  assert.equal(of(`t=${time},${others(20)}v1=${signed}`), 'refused')
  assert.equal(of(`t=${time},v1=${signed},${'x'.repeat(4_096)}`), 'refused')
})

test('a time that is written otherwise than in whole seconds is none', () => {
  const time = NOW_MS / 1000
  const of = (written: string): string =>
    judge('{preset: stripe, secret: s}', ['s'], {
      ...{ body: '{}', headers: { 'stripe-signature': `t=${written},v1=${hmac('s', `${written}.{}`)}` } },
    }).type

  assert.equal(of(String(time)), 'signed')
  for (const written of [`${time}.0`, `+${time}`, `0x${time.toString(16)}`, time.toExponential(), '', 'now'])
    assert.equal(of(written), 'refused', written)
})

test('without the id that its makers sign, and without a secret, nothing is looked at', () => {
  const time = String(NOW_MS / 1000)
  const code = createHmac('sha256', Buffer.from('c2VjcmV0', 'base64')).update(`.${time}.{}`).digest('base64')
  const headers = { 'webhook-timestamp': time, 'webhook-signature': `v1,${code}` }
  const reasonOf = (secrets: readonly string[], more: Record<string, string>): string => {
    const call = { headers: { ...headers, ...more }, body: '{}' }
    const verdict = judge('{preset: standard-webhooks, secret: s}', secrets, call)
    return verdict.type === 'refused' ? verdict.reason : verdict.type
  }

  assert.match(reasonOf(['whsec_c2VjcmV0'], {}), /the header "webhook-id" is missing/)
  assert.match(reasonOf(['whsec_c2VjcmV0'], { 'webhook-id': '' }), /the header "webhook-id" is missing/)
  assert.match(reasonOf([' '], { 'webhook-id': 'x' }), /the trigger has no secret/)
})

test('a signature of our own making is read as it is said', () => {
  const rule =
    '{preset: custom, secret: s, header: X-Shop-Hmac, encoding: base64, algorithm: sha512, prefix: "h=", timestampHeader: X-Time, tolerance: PT10S}'
  const time = String(NOW_MS / 1000)
  const code = hmac('s', `${time}.body`, 'sha512', 'base64')
  const of = (headers: Record<string, string>): string => judge(rule, ['s'], { headers, body: 'body' }).type

  assert.equal(of({ 'x-shop-hmac': `h=${code}`, 'x-time': time }), 'signed')
  assert.equal(of({ 'x-shop-hmac': code, 'x-time': time }), 'refused')
  assert.equal(of({ 'x-shop-hmac': `h=${code}`, 'x-time': `${Number(time) + 1}` }), 'refused')
  assert.equal(of({ 'x-shop-hmac': `h=${code}` }), 'refused')
})

test('what is nearly a signature is none', () => {
  const code = hmac('s', 'body')
  const of = (headers: Record<string, string>, secrets = ['s'], body = 'body'): string =>
    judge('{preset: github, secret: s}', secrets, { headers, body }).type
  const name = 'x-hub-signature-256'

  assert.equal(of({ [name]: `sha256=${code}` }), 'signed')
  for (const header of [
    code,
    `sha1=${code}`,
    `sha256=${code.slice(0, -2)}`,
    `sha256=${code}00`,
    'sha256=',
    '',
    `sha256=${'z'.repeat(64)}`,
  ])
    assert.equal(of({ [name]: header }), 'refused', header)
  assert.equal(of({ [name]: `sha256=${code}` }, ['']), 'refused')
  assert.equal(of({ [name]: `sha256=${hmac('', 'body')}` }, ['', ' ']), 'refused')
  assert.equal(of({ [name]: `sha256=${code}` }, []), 'refused')
  assert.equal(of({ [name]: `sha256=${code}` }, ['s'], 'body '), 'refused')
  assert.equal(of({ [name]: `sha256=${code}`, 'X-Hub-Signature-256': `sha256=${code}` }), 'refused')
  assert.equal(of({}), 'refused')
})

test('a rule that cannot be understood refuses every call', () => {
  for (const rule of ['github', '{preset: gitlab, secret: s}', '[]', '{}'])
    assert.equal(
      judge(rule, ['s'], { headers: { '': 'x', 'x-hub-signature-256': 'x' }, body: '' }).type,
      'refused',
      rule,
    )
})

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

/** The secret of the test server. */
const SECRET = 'open sesame'

async function saveHook(id: string, signature: string, more = ''): Promise<void> {
  await server.saveFlow(`
id: ${id}
namespace: signed.test
${more}
tasks:
  - { id: show, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.body ?? 'none' }}" }
triggers:
  - { id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: k, signature: ${signature} }
`)
}

const GITHUB = `{ preset: github, secret: "{{ secret('DOOR') }}" }`

function call(id: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>): Promise<Answer> {
  return server.send('POST', `/api/v1/main/executions/webhook/signed.test/${id}/k`, { body, headers })
}

const github = (body: string | Uint8Array): Record<string, string> => ({
  'content-type': 'application/json',
  'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
})

async function countOf(flowId: string): Promise<number> {
  return (await server.client.executions.search({ query: { flowId } })).total
}

test('a signed call starts the flow; any other with the right key looks like one with a wrong key', async () => {
  await saveHook('door', GITHUB)

  const good = await call('door', '{"a": 1}', github('{"a": 1}'))
  const others = [
    await call('door', '{"a": 1}', {}),
    await call('door', '{"a":1}', github('{"a": 1}')),
    await call('door', '{"a": 2}', github('{"a": 1}')),
    await server.send('POST', '/api/v1/main/executions/webhook/signed.test/door/wrong'),
    await server.send('GET', '/api/v1/main/executions/webhook/signed.test/door/k'),
  ]

  assert.equal(good.status, 200)
  const wordOf = ({ status, json }: Answer): unknown => [status, json.code, json.message]
  for (const other of others)
    assert.deepEqual(wordOf(other), [404, 'webhook-not-found', 'There is no webhook at this address.'])
  assert.equal(await countOf('door'), 1)
})

test('the bytes are what is signed: a mark of their order at the front is a part of them', async () => {
  await saveHook('bytes', GITHUB)
  const body = Buffer.from('\uFEFF{"a":1}')

  assert.equal((await call('bytes', new Uint8Array(body), github(body))).status, 200)
  assert.equal((await call('bytes', new Uint8Array(body), github(body.subarray(3)))).status, 404)
})

test('a call that is sent again is told what the first has started, and starts nothing', async () => {
  await saveHook('again', GITHUB)
  const headers = github('{"n":1}')

  const first = await call('again', '{"n":1}', headers)
  const second = await call('again', '{"n":1}', { ...headers, 'x-github-delivery': 'another' })
  const other = await call('again', '{"n":2}', github('{"n":2}'))

  assert.deepEqual([second.status, second.json.id], [200, first.json.id])
  assert.equal(second.headers.get('idempotent-replayed'), 'true')
  assert.equal(second.json.outputs, undefined)
  assert.notEqual(other.json.id, first.json.id)
  assert.equal(await countOf('again'), 2)
})

test('a call that comes many times at once starts one execution', async () => {
  await saveHook('crowd', GITHUB)

  const answers = await Promise.all(Array.from({ length: 20 }, () => call('crowd', '{"n":1}', github('{"n":1}'))))

  assert.equal(new Set(answers.map(({ status, json }) => `${status} ${json.id}`)).size, 1)
  assert.equal(await countOf('crowd'), 1)
})

test('a secret that is not there opens nothing, and whoever has no signature does not learn that the flow is off', async () => {
  await saveHook('missing', `{ preset: github, secret: "{{ secret('NONE') }}" }`)
  await saveHook('off', GITHUB, 'disabled: true')

  assert.equal((await call('missing', '{}', github('{}'))).status, 404)
  const params = { namespace: 'signed.test', flowId: 'missing', triggerId: 'hook' }
  const { reasons } = await server.client.triggers.why({ params })
  assert.match(JSON.stringify(reasons), /its secret cannot be read \(.*NONE/)
  assert.equal((await call('off', '{}', {})).status, 404)
  assert.equal((await call('off', '{}', github('{}'))).status, 409)
})

test('a rule that would refuse everybody is told when the flow is saved', async () => {
  const wrong: Readonly<Record<string, string>> = {
    '{ preset: gitlab, secret: s }': 'preset',
    '{ preset: github }': 'secret',
    '{ preset: github, secret: [] }': 'secret',
    '{ preset: github, secret: s, tolerance: soon }': 'tolerance',
    '{ preset: github, secret: s, header: X }': 'header',
    '{ preset: custom, secret: s }': 'header',
    '{ preset: custom, secret: s, header: X, algorithm: md5 }': 'algorithm',
    github: 'signature',
  }
  for (const [rule, field] of Object.entries(wrong)) {
    const source = `{id: w, namespace: n, tasks: [{id: t, type: core.log.Log, message: m}], triggers: [{id: h, type: io.kestra.plugin.core.trigger.Webhook, key: k, signature: ${rule}}]}`
    const answer = await server.send('POST', '/api/v1/main/flows', {
      body: source,
      headers: { 'content-type': 'application/x-yaml' },
    })
    assert.equal(answer.status, 422, rule)
    assert.match(answer.text, new RegExp(field), rule)
  }
})
