// SP24: whoever finds a backup or an export of an installation in which everything secret is in use finds none of it: secrets, SECRET inputs, passwords, tokens,
// sessions, the key that would open the rest.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { runBackup, runExport } from '../../packages/server/src/index.ts'
import { startBatuta, type StartedBatuta } from './batuta.ts'
import { makePlaces, type Places } from './places.ts'
import { until } from './until.ts'

const ADMIN = 'admin@example.com'
const PASSWORD = 'Zaunkönig-steht-9-früh-auf'
const CANARY = 'Kanarienvogel+geheim/24?'
const INPUT_CANARY = 'Zeisig&streng geheim=24'
const KEY = Buffer.from('24234567890123456789012345678901').toString('base64')
const FLOW = `
id: keeper
namespace: upkeep
inputs: [{ id: key, type: SECRET }]
tasks: [{ id: show, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.key }} {{ secret('KEPT') }}" }]
outputs: [{ id: own, type: SECRET, value: "{{ inputs.key }}" }]`

let places: Places
let batuta: StartedBatuta
/** By what it is. */
const hidden = new Map<string, string>([
  ['the password', PASSWORD],
  ['the secret', CANARY],
  ['the input', INPUT_CANARY],
  ['the key', KEY],
])

before(async () => {
  places = makePlaces()
  // A file that a person left beside the data is nobody's business either.
  writeFileSync(join(places.dataDir, 'first-user'), `admin:${PASSWORD}\n`)
  batuta = await startBatuta({
    ...places,
    environment: {
      BATUTA_USER: ADMIN,
      BATUTA_PASSWORD: PASSWORD,
      KESTRA_CONFIGURATION: `kestra: { encryption: { secret-key: ${KEY} } }`,
    },
  })
  await useEverything()
})
after(async () => {
  await batuta.stop()
  places.remove()
})

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const reply = await fetch(`${batuta.address}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${ADMIN}:${PASSWORD}`).toString('base64')}`,
      ...(body instanceof FormData || body === undefined
        ? {}
        : { 'content-type': typeof body === 'string' ? 'application/x-yaml' : 'application/json' }),
      ...headers,
    },
    ...(body === undefined
      ? {}
      : { body: body instanceof FormData || typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  assert.ok(reply.ok, `${method} ${path} answered ${reply.status}: ${reply.ok ? '' : await reply.text()}`)
  return reply
}

async function useEverything(): Promise<void> {
  await send('PUT', '/api/v1/main/namespaces/upkeep/secrets', { key: 'KEPT', value: CANARY })
  await send('POST', '/api/v1/main/flows', FLOW)
  const form = new FormData()
  form.set('key', INPUT_CANARY)
  const { id } = (await (await send('POST', '/api/v1/main/executions/upkeep/keeper', form)).json()) as { id: string }
  await until('the execution ended', async () => {
    const { state } = (await (await send('GET', `/api/v1/main/executions/${id}`)).json()) as {
      state: { current: string }
    }
    return state.current === 'SUCCESS' ? state : undefined
  })
  const { fullToken } = (await (await send('POST', '/api/v1/me/api-tokens', { name: 'upkeep' })).json()) as {
    fullToken: string
  }
  // Before it stands its name, after it what tells a mistyped one.
  hidden.set('the token', fullToken.split('_')[2] ?? '')
  const login = await send('POST', '/api/v1/login', { username: ADMIN, password: PASSWORD })
  const session = /=([^;]+);/.exec(login.headers.get('set-cookie') ?? '')?.[1] ?? ''
  assert.ok(session.length > 20 && (hidden.get('the token') ?? '').length > 20, `${session} ${fullToken}`)
  hidden.set('the session', decodeURIComponent(session))
}

function* filesIn(path: string): Iterable<readonly [string, string]> {
  if (statSync(path).isFile()) {
    const bytes = readFileSync(path)
    yield [path, (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('latin1')]
    return
  }
  for (const name of readdirSync(path)) yield* filesIn(join(path, name))
}

for (const [what, name, write] of [
  ['a backup', 'backup', runBackup],
  ['a backup of one file', 'backup.tar.gz', runBackup],
  ['an export', 'export', runExport],
] as const)
  test(`${what} holds nothing secret`, async () => {
    const target = join(places.home, name)
    await write(target, { dataDir: places.dataDir })
    let seen = ''
    for (const [file, text] of filesIn(target)) {
      seen += text
      for (const [whose, secret] of hidden)
        for (const form of [
          secret,
          Buffer.from(secret).toString('base64').replace(/=+$/, ''),
          encodeURIComponent(secret),
        ])
          assert.ok(!text.includes(Buffer.from(form).toString('latin1')), `${file} holds ${whose}`)
    }

    assert.ok(seen.includes('keeper') && seen.includes('KEPT') && seen.includes(ADMIN), 'it holds the installation')
  })
