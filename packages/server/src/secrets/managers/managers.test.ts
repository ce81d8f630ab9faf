import assert from 'node:assert/strict'
import { createVerify, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { ValueMap } from '@batuta/core'
import type { SecretStore } from '@batuta/plugin-sdk'
import { readManagers } from '../open-managers.ts'
import { openStub, testWorld, type Answered, type Asked } from '../testing/stub-vault.ts'
import { cached } from './cached.ts'
import { ManagerError } from './manager-error.ts'
import type { ManagerWorld } from './options.ts'
import { asHyphens, asWord, nameIn } from './secret-name.ts'
import { signRequest } from './sigv4.ts'

function open(item: ValueMap, world: Partial<ManagerWorld> = {}): SecretStore {
  const [manager] = readManagers([{ cache: { enabled: false }, ...item }], testWorld(world))
  assert.ok(manager)
  return manager
}

function faultOf(fault: string): (error: unknown) => boolean {
  return error => error instanceof ManagerError && error.fault === fault
}

const DENIED: Answered = { status: 403, body: { errors: ['permission denied'] } }

function vaultStub(tokens: ReadonlySet<string>): (asked: Asked) => Answered {
  return ({ url, headers }) => {
    if (url === '/v1/auth/approle/login') return { status: 200, body: login('from-role') }
    if (!tokens.has(String(headers['x-vault-token']))) return DENIED
    if (url === '/v1/sys/internal/ui/mounts/secret')
      return { status: 200, body: { data: { options: { version: '2' } } } }
    if (url === '/v1/auth/token/lookup-self') return { status: 200, body: { data: { ttl: 0, renewable: false } } }
    if (url === '/v1/secret/data/company/team/TOKEN')
      return { status: 200, body: { data: { data: { value: 'sesame' } } } }
    if (url === '/v1/secret/data/company/team/PAIR')
      return { status: 200, body: { data: { data: { user: 'ada', password: 'x' } } } }
    if (url.includes('forbidden')) return DENIED
    return { status: 404, body: { errors: [] } }
  }
}

function login(token: string): unknown {
  return { auth: { client_token: token, lease_duration: 3600, renewable: true } }
}

test('Vault: a secret is the field, or all fields; what there is not is absent, what is denied an error', async t => {
  const stub = await openStub(t, vaultStub(new Set(['root'])))
  const store = open({ type: 'vault', address: stub.url, token: { token: 'root' } })

  assert.equal(await store.find('company.team', 'token'), 'sesame')
  assert.equal(await store.find('company.team', 'PAIR'), '{"user":"ada","password":"x"}')
  assert.equal(await store.find('company.team', 'GHOST'), undefined)
  assert.equal(await store.find('company.team', '../TOKEN'), undefined)
  await assert.rejects(store.find('company.team', 'forbidden'), faultOf('denied'))
})

test('Vault: a token that was rotated on the disk counts at once, and one that was revoked is fetched anew', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-vault-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const tokens = new Set(['one', 'from-role'])
  const stub = await openStub(t, vaultStub(tokens))
  writeFileSync(join(folder, 'token'), 'one\n')
  const byFile = open({ type: 'vault', address: stub.url, token: { file: 'token' } }, { folder })
  const byRole = open({ type: 'vault', address: stub.url, 'app-role': { 'role-id': 'r', 'secret-id': 's' } })
  assert.equal(await byFile.find('company.team', 'TOKEN'), 'sesame')
  assert.equal(await byRole.find('company.team', 'TOKEN'), 'sesame')

  tokens.delete('one')
  tokens.add('two')
  writeFileSync(join(folder, 'token'), 'two\n')
  assert.equal(await byFile.find('company.team', 'TOKEN'), 'sesame')
  tokens.delete('from-role')
  await assert.rejects(byRole.find('company.team', 'TOKEN'), faultOf('denied'))
  assert.equal(stub.asked.filter(({ url }) => url.endsWith('approle/login')).length, 2)
})

test('Vault: a token is renewed half-way through its life, until the manager is closed', async t => {
  const timers: { readonly atMs: number; run(): void; isOff: boolean }[] = []
  const renewed = Promise.withResolvers<void>()
  const stub = await openStub(t, asked => {
    if (asked.url !== '/v1/auth/token/renew-self') return vaultStub(new Set(['from-role']))(asked)
    renewed.resolve()
    return { status: 200, body: login('from-role') }
  })
  const at = (atMs: number, run: () => void): (() => void) => {
    const timer = { atMs, run, isOff: false }
    timers.push(timer)
    return () => void (timer.isOff = true)
  }
  const store = open({ type: 'vault', address: stub.url, 'app-role': { 'role-id': 'r' } }, { at })
  await store.find('company.team', 'TOKEN')

  assert.deepEqual(
    timers.map(({ atMs }) => atMs),
    [1_800_000],
  )
  timers[0]?.run()
  await renewed.promise
  await store.close?.()
  assert.equal(timers.at(-1)?.isOff, true)
})

test('who cannot be reached, or answers nonsense, is an error that names the host and no secret', async t => {
  const broken = await openStub(t, () => ({ status: 200, body: 'no json, but s3cr3t' }))
  const failing = await openStub(t, () => ({ status: 503, body: { errors: ['sealed'] } }))
  const vaultAt = (url: string): SecretStore =>
    open({ type: 'vault', address: url, token: 'x', 'engine-version': 'KV_2' })

  await assert.rejects(vaultAt('http://127.0.0.1:1').find('a', 'K'), faultOf('unreachable'))
  await assert.rejects(
    vaultAt(broken.url).find('a', 'K'),
    error => !String(error).includes('s3cr3t') && faultOf('malformed')(error),
  )
  await assert.rejects(vaultAt(failing.url).find('a', 'K'), faultOf('failed'))
})

test('AWS: requests are signed as its test suite says', () => {
  const { authorization } = signRequest(
    {
      ...{ url: 'https://example.amazonaws.com/', headers: {}, body: '', region: 'us-east-1', service: 'service' },
      nowMs: Date.UTC(2015, 7, 30, 12, 36),
    },
    { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  )

  assert.equal(
    authorization,
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  )
})

test('AWS: the name has the namespace in it; absent, denied and expired are told apart', async t => {
  let isExpired = false
  const stub = await openStub(t, ({ headers, body }) => {
    if (headers['x-amz-target'] !== 'secretsmanager.GetSecretValue')
      return { status: 400, body: { __type: 'UnknownOperation' } }
    if (!/Credential=ak\/\d{8}\/eu-west-1\/secretsmanager\/aws4_request/.test(String(headers.authorization)))
      return { status: 400, body: { __type: 'InvalidSignatureException' } }
    if (isExpired) return { status: 400, body: { __type: 'ExpiredTokenException' } }
    const { SecretId } = JSON.parse(body)
    if (SecretId === 'prod/company.team/DB') return { status: 200, body: { SecretString: 'sesame' } }
    if (SecretId === 'prod/company.team/BIN') return { status: 200, body: { SecretBinary: btoa('bytes') } }
    if (SecretId === 'prod/company.team/NO') return { status: 400, body: { __type: 'AccessDeniedException' } }
    return { status: 400, body: { __type: 'ResourceNotFoundException' } }
  })
  const store = open({
    ...{ type: 'aws-secret-manager', 'endpoint-override': stub.url, region: 'eu-west-1', prefix: 'prod' },
    ...{ 'access-key-id': 'ak', 'secret-key-id': 'sk' },
  })

  assert.equal(await store.find('company.team', 'db'), 'sesame')
  assert.equal(await store.find('company.team', 'BIN'), 'bytes')
  assert.equal(await store.find('company', 'DB'), undefined)
  await assert.rejects(store.find('company.team', 'NO'), faultOf('denied'))
  isExpired = true
  await assert.rejects(store.find('company.team', 'DB'), faultOf('denied'))
})

test('AWS: the identity of a container is looked up, and used until it ends', async t => {
  const stub = await openStub(t, ({ url, headers }) => {
    if (url === '/creds' && headers.authorization === 'pod-token')
      return {
        status: 200,
        body: { AccessKeyId: 'ak', SecretAccessKey: 'sk', Token: 'st', Expiration: '2030-01-01T00:00:00Z' },
      }
    return headers['x-amz-security-token'] === 'st' ? { status: 200, body: { SecretString: 'sesame' } } : DENIED
  })
  const environment = {
    AWS_REGION: 'eu-west-1',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${stub.url}/creds`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'pod-token',
  }
  const store = open({ type: 'aws-secret-manager', 'endpoint-override': stub.url }, { environment })

  assert.equal(await store.find('a', 'K'), 'sesame')
  assert.equal(await store.find('a', 'L'), 'sesame')
  assert.equal(stub.asked.filter(({ url }) => url === '/creds').length, 1)
})

test('Google: the account signs for a token, and the newest version is read', async t => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const stub = await openStub(t, ({ url, headers, body }) => {
    if (url === '/token') {
      const [head = '', claims = '', signature = ''] = (new URLSearchParams(body).get('assertion') ?? '').split('.')
      const isOurs = createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(publicKey, signature, 'base64url')
      const { iss, aud } = JSON.parse(Buffer.from(claims, 'base64url').toString())
      const isGood = isOurs && iss === 'robot@p' && aud === `${stub.url}/token`
      return isGood ? { status: 200, body: { access_token: 't', expires_in: 3600 } } : { status: 400 }
    }
    if (headers.authorization !== 'Bearer t') return { status: 401 }
    if (url === '/v1/projects/p/secrets/company__team-DB_uPASS/versions/latest:access')
      return { status: 200, body: { payload: { data: btoa('sesame') } } }
    return url.includes('NO') ? { status: 403 } : { status: 404 }
  })
  const account = {
    ...{ project_id: 'p', client_email: 'robot@p', token_uri: `${stub.url}/token` },
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  }
  const store = open({
    ...{ type: 'google-secret-manager', 'endpoint-override': stub.url },
    'service-account': JSON.stringify(account),
  })

  assert.equal(await store.find('company.team', 'DB_PASS'), 'sesame')
  assert.equal(await store.find('company', 'DB_PASS'), undefined)
  await assert.rejects(store.find('company', 'NO'), faultOf('denied'))
})

test('Azure: the application logs in, and a token that was refused is fetched anew', async t => {
  let token = 't1'
  const stub = await openStub(t, ({ url, headers, body }) => {
    if (url === '/tenant/oauth2/v2.0/token') {
      const form = new URLSearchParams(body)
      const isGood = form.get('client_secret') === 'cs' && form.get('scope') === 'https://vault.azure.net/.default'
      return isGood ? { status: 200, body: { access_token: token, expires_in: 3600 } } : { status: 400 }
    }
    if (headers.authorization !== `Bearer ${token}`) return { status: 401 }
    return url === '/secrets/company--team-k-DB-uPASS?api-version=7.4'
      ? { status: 200, body: { value: 'sesame' } }
      : { status: 404 }
  })
  const store = open({
    ...{ type: 'azure-key-vault', 'key-vault-uri': stub.url },
    'client-secret': { 'tenant-id': 'tenant', 'client-id': 'ci', 'client-secret': 'cs', 'authority-host': stub.url },
  })

  assert.equal(await store.find('company.team', 'db_pass'), 'sesame')
  token = 't2'
  assert.equal(await store.find('company.team', 'DB_PASS'), 'sesame')
  assert.equal(await store.find('company', 'DB_PASS'), undefined)
})

test('Kubernetes: one object per namespace, read with the token that is there now', async t => {
  const stub = await openStub(t, ({ url, headers }) => {
    if (headers.authorization !== 'Bearer pod') return { status: 401 }
    if (url === '/api/v1/namespaces/flows/secrets/company.team')
      return { status: 200, body: { data: { DB: btoa('sesame') } } }
    return url.endsWith('/closed') ? { status: 403 } : { status: 404 }
  })
  const store = open({ type: 'kubernetes', address: stub.url, token: 'pod', 'kubernetes-namespace': 'flows' })

  assert.equal(await store.find('company.team', 'db'), 'sesame')
  assert.equal(await store.find('Company.team', 'db'), undefined)
  assert.equal(await store.find('company', 'DB'), undefined)
  await assert.rejects(store.find('closed', 'DB'), faultOf('denied'))
})

test('no two namespaces and keys have one name where a manager allows few characters', () => {
  const parts = ['a', 'b', 'a.b', 'a-b', 'a_b', 'a.u', 'a-h', 'a._b', 'ab', 'a__b', 'a-.b', 'a-k-b', 'k-a']
  for (const [template, encode] of [
    ['{namespace}-{key}', asWord],
    ['{namespace}-k-{key}', asHyphens],
  ] as const) {
    const names = parts.flatMap(namespace => parts.map(key => nameIn({ template, encode }, namespace, key)))
    assert.equal(new Set(names).size, parts.length ** 2)
  }
})

function countingStore(answer: () => Promise<string | undefined>): { readonly store: SecretStore; count: number } {
  const counted = {
    count: 0,
    store: {
      find: async () => {
        counted.count += 1
        return await answer()
      },
    },
  }
  return counted
}

test('an answer is kept for its life, outlives a failure for a while, and no refusal', async (_t: TestContext) => {
  let nowMs = 0
  let answer = (): Promise<string | undefined> => Promise.resolve('sesame')
  const counted = countingStore(() => answer())
  const store = cached(counted.store, { lifeMs: 10, staleMs: 100, sizeMax: 2, nowMs: () => nowMs, onNotice: () => {} })
  await Promise.all([store.find('a', 'K'), store.find('a', 'K'), store.find('a', 'K')])
  assert.equal(counted.count, 1)

  nowMs = 11
  answer = () => Promise.reject(new ManagerError('unreachable', 'gone'))
  assert.equal(await store.find('a', 'K'), 'sesame')
  nowMs = 111
  await assert.rejects(store.find('a', 'K'), faultOf('unreachable'))
  nowMs = 50
  answer = () => Promise.reject(new ManagerError('denied', 'no'))
  await assert.rejects(store.find('a', 'K'), faultOf('denied'))
})

test('an answer that there is none is kept, too, and the cache is bounded', async () => {
  const counted = countingStore(() => Promise.resolve(undefined))
  const store = cached(counted.store, { lifeMs: 10, staleMs: 0, sizeMax: 2, nowMs: () => 0, onNotice: () => {} })
  for (const key of ['A', 'A', 'B', 'C', 'A']) assert.equal(await store.find('a', key), undefined)
  assert.equal(counted.count, 4)
})
