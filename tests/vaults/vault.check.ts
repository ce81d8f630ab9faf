// Secrets of a real OpenBao or Vault: both versions of its KV engine, four ways to log in, and what goes wrong.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { after, before, test, type TestContext } from 'node:test'
import type { ValueMap } from '../../packages/core/src/index.ts'
import { ManagerError } from '../../packages/server/src/secrets/managers/manager-error.ts'
import type { ManagerWorld } from '../../packages/server/src/secrets/managers/options.ts'
import { readManagers, type Manager } from '../../packages/server/src/secrets/open-managers.ts'
import { prepareVault } from './prepare.ts'
import { startProgram, type Program } from './start-program.ts'

const program = prepareVault(message => console.error(message))
const ROOT = 'root'
const skip = program === undefined ? 'there is no Vault' : false
let vault: Program
const ends: (() => void)[] = []

before(async () => {
  if (program === undefined) return
  const place = { after: (end: () => void) => ends.push(end) } as unknown as TestContext
  vault = await startProgram(
    place,
    port => [
      program,
      'server',
      '-dev',
      `-dev-root-token-id=${ROOT}`,
      `-dev-listen-address=127.0.0.1:${port}`,
      '-dev-no-store-token',
    ],
    { health: '/v1/sys/health' },
  )
  await write('sys/mounts/kv1', { type: 'kv', options: { version: '1' } })
  await write('kv1/company/team/TOKEN', { value: 'of one' })
  await write('secret/data/company/team/TOKEN', { data: { value: 'of two' } })
  await write('secret/data/company/team/PAIR', { data: { user: 'ada', password: 'x' } })
  await write('sys/policies/acl/flows', {
    policy:
      'path "secret/data/company/*" { capabilities = ["read"] }\npath "kv1/company/*" { capabilities = ["read"] }',
  })
})
after(() => {
  for (const end of ends) end()
})

async function write(path: string, body: object, method = 'POST'): Promise<ReturnType<typeof JSON.parse>> {
  const reply = await fetch(`${vault.url}/v1/${path}`, {
    ...{ method, body: JSON.stringify(body) },
    headers: { 'X-Vault-Token': ROOT, 'Content-Type': 'application/json' },
  })
  const text = await reply.text()
  assert.ok(reply.ok, `${path}: ${reply.status} ${text}`)
  return text === '' ? {} : JSON.parse(text)
}

function open(t: TestContext, item: ValueMap): Manager {
  const world: ManagerWorld = {
    ...{ environment: {}, folder: '/', nowMs: () => Date.now(), onNotice: message => t.diagnostic(message) },
    at: (atMs, run) => {
      const timer = setTimeout(run, atMs - Date.now())
      return () => clearTimeout(timer)
    },
  }
  const [manager] = readManagers([{ type: 'vault', address: vault.url, cache: { enabled: false }, ...item }], world)
  assert.ok(manager)
  t.after(() => manager.close?.())
  return manager
}

const isFault =
  (fault: string) =>
  (error: unknown): boolean =>
    error instanceof ManagerError && error.fault === fault

async function tokenFor(more: object): Promise<string> {
  return (await write('auth/token/create', { policies: ['flows'], no_default_policy: false, ...more })).auth
    .client_token
}

test('both versions of the engine are read, found out by asking; what is deleted is absent', { skip }, async t => {
  const two = open(t, { token: ROOT })
  const one = open(t, { token: ROOT, 'root-engine': 'kv1' })
  await write('secret/data/company/team/GONE', { data: { value: 'x' } })
  assert.equal(await two.find('company.team', 'GONE'), 'x')
  await write('secret/data/company/team/GONE', {}, 'DELETE')

  assert.equal(await two.find('company.team', 'token'), 'of two')
  assert.equal(await two.find('company.team', 'PAIR'), '{"password":"x","user":"ada"}')
  assert.equal(await one.find('company.team', 'TOKEN'), 'of one')
  assert.equal(await two.find('company.team', 'GHOST'), undefined)
  assert.equal(await two.find('company.team', 'GONE'), undefined)
})

test('a token with few rights reads what it may, and is denied the rest', { skip }, async t => {
  const manager = open(t, { token: await tokenFor({}) })

  assert.equal(await manager.find('company.team', 'TOKEN'), 'of two')
  await assert.rejects(manager.find('other', 'TOKEN'), isFault('denied'))
  await assert.rejects(open(t, { token: 'no such token' }).find('company.team', 'TOKEN'), isFault('denied'))
})

test('AppRole logs in, and again when its token was revoked', { skip }, async t => {
  await write('sys/auth/approle', { type: 'approle' })
  await write('auth/approle/role/batuta', { token_policies: 'flows', token_ttl: '1h' })
  const headers = { 'X-Vault-Token': ROOT }
  const { data } = (await (await fetch(`${vault.url}/v1/auth/approle/role/batuta/role-id`, { headers })).json()) as {
    data: { role_id: string }
  }
  const { data: secret } = await write('auth/approle/role/batuta/secret-id', {})
  const manager = open(t, { 'app-role': { 'role-id': data.role_id, 'secret-id': secret.secret_id } })
  assert.equal(await manager.find('company.team', 'TOKEN'), 'of two')

  await write('sys/leases/revoke-prefix/auth/approle/login', {}, 'PUT')

  assert.equal(await manager.find('company.team', 'TOKEN'), 'of two')
})

test('name and password log in, and a wrong password does not', { skip }, async t => {
  await write('sys/auth/userpass', { type: 'userpass' })
  await write('auth/userpass/users/batuta', { password: 'pass word', token_policies: 'flows' })
  const manager = open(t, { password: { user: 'batuta', password: 'pass word' } })
  const wrong = open(t, { password: { user: 'batuta', password: 'pass' } })

  assert.equal(await manager.find('company.team', 'TOKEN'), 'of two')
  await assert.rejects(wrong.find('company.team', 'TOKEN'), ManagerError)
})

test('a service account of Kubernetes logs in, whom a cluster vouches for', { skip }, async t => {
  const identity = makeCertificate(t)
  const known = jwtOf('batuta')
  const cluster = createServer(identity, (request, reply) => {
    void json(request).then(asked => {
      const { token } = (asked as { spec: { token: string } }).spec
      const user = { username: 'system:serviceaccount:flows:batuta', uid: 'u' }
      const status = { authenticated: token === known, user, audiences: ['vault'] }
      reply.writeHead(201, { 'content-type': 'application/json' })
      reply.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status }))
    })
  })
  cluster.listen(0, '127.0.0.1')
  await once(cluster, 'listening')
  t.after(() => cluster.close())
  const { port } = cluster.address() as AddressInfo
  await write('sys/auth/kubernetes', { type: 'kubernetes' })
  const host = {
    kubernetes_host: `https://127.0.0.1:${port}`,
    kubernetes_ca_cert: identity.cert,
    token_reviewer_jwt: jwtOf('reviewer'),
    disable_local_ca_jwt: true,
  }
  await write('auth/kubernetes/config', host)
  const bound = { bound_service_account_names: 'batuta', bound_service_account_namespaces: 'flows', audience: 'vault' }
  await write('auth/kubernetes/role/batuta', { ...bound, token_policies: 'flows' })
  const manager = open(t, { kubernetes: { role: 'batuta', jwt: known } })

  assert.equal(await manager.find('company.team', 'TOKEN'), 'of two')
  const others = [
    { role: 'ghost', jwt: known },
    { role: 'batuta', jwt: jwtOf('eve') },
  ]
  for (const kubernetes of others)
    await assert.rejects(open(t, { kubernetes }).find('company.team', 'TOKEN'), ManagerError)
})

/** Of the cluster, for this machine's address. */
function makeCertificate(t: TestContext): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-vault-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
  const about = ['-subj', '/CN=cluster.test', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', [...args, ...about, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}

function jwtOf(name: string): string {
  const nowS = Math.floor(Date.now() / 1000)
  const claims = {
    ...{
      iss: 'kubernetes/serviceaccount',
      sub: `system:serviceaccount:flows:${name}`,
      aud: ['vault'],
      ...{ iat: nowS, nbf: nowS, exp: nowS + 3600 },
    },
    'kubernetes.io': { namespace: 'flows', serviceaccount: { name, uid: 'u' } },
  }
  return [{ alg: 'RS256', typ: 'JWT' }, claims, 'x']
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
}

test('a token is renewed while the manager is in use: it outlives its own time to live', { skip }, async t => {
  const manager = open(t, { token: await tokenFor({ ttl: '4s', explicit_max_ttl: '1h' }) })
  for (let index = 0; index < 12; index++) {
    assert.equal(await manager.find('company.team', 'TOKEN'), 'of two')
    await new Promise(resolve => setTimeout(resolve, 1_000))
  }
})

test('a server that is silent, sealed or gone is an error of its own, and the cache bridges it', { skip }, async t => {
  const plain = open(t, { token: ROOT, 'engine-version': '2' })
  const bridged = open(t, { token: ROOT, 'engine-version': '2', cache: { 'expire-after-write': '0', stale: '10m' } })
  assert.equal(await bridged.find('company.team', 'TOKEN'), 'of two')
  assert.equal(await plain.find('company.team', 'TOKEN'), 'of two')

  vault.process.kill('SIGSTOP')
  await assert.rejects(plain.find('company.team', 'TOKEN'), isFault('slow'))
  assert.equal(await bridged.find('company.team', 'TOKEN'), 'of two')
  vault.process.kill('SIGCONT')
  await write('sys/seal', {}, 'PUT')
  await assert.rejects(plain.find('company.team', 'TOKEN'), isFault('failed'))
  vault.process.kill('SIGKILL')
  await once(vault.process, 'exit')
  await assert.rejects(plain.find('company.team', 'TOKEN'), isFault('unreachable'))
  assert.equal(await bridged.find('company.team', 'TOKEN'), 'of two')
})
