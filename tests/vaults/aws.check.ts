// Secrets of an AWS emulator that checks signatures and rights of access.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { ValueMap } from '../../packages/core/src/index.ts'
import { ManagerError } from '../../packages/server/src/secrets/managers/manager-error.ts'
import { signRequest } from '../../packages/server/src/secrets/managers/sigv4.ts'
import { readManagers, type Manager } from '../../packages/server/src/secrets/open-managers.ts'
import { prepareMoto } from './prepare.ts'
import { startProgram } from './start-program.ts'

const program = prepareMoto(message => console.error(message))
const REGION = 'eu-west-1'
const ANYBODY = { accessKeyId: 'any', secretAccessKey: 'any' }

async function send(
  url: string,
  service: string,
  { type, target, body }: { type: string; target?: string; body: string },
): Promise<string> {
  const headers = { 'content-type': type, ...(target === undefined ? {} : { 'x-amz-target': target }) }
  const signed = signRequest({ url, headers, body, region: REGION, service, nowMs: Date.now() }, ANYBODY)
  const reply = await fetch(url, { method: 'POST', headers: { ...signed }, body })
  const text = await reply.text()
  assert.ok(reply.ok, text)
  return text
}

function iam(url: string, action: string, fields: Readonly<Record<string, string>>): Promise<string> {
  const body = new URLSearchParams({ Action: action, Version: '2010-05-08', ...fields }).toString()
  return send(url, 'iam', { type: 'application/x-www-form-urlencoded', body })
}

function open(url: string, item: ValueMap): Manager {
  const world = { environment: {}, folder: '/', nowMs: () => Date.now(), at: () => () => {}, onNotice: () => {} }
  const fixed = {
    type: 'aws-secret-manager',
    'endpoint-override': `${url}/`,
    region: REGION,
    cache: { enabled: false },
  }
  const [manager] = readManagers([{ ...fixed, ...item }], world)
  assert.ok(manager)
  return manager
}

test(
  'a user reads what its rights allow, and a wrong key or a user without rights nothing',
  { skip: program === undefined && 'there is no emulator' },
  async (t: TestContext) => {
    assert.ok(program)
    // So many calls are free; from then on signatures and rights count.
    const env = { INITIAL_NO_AUTH_ACTION_COUNT: '7' }
    const { url } = await startProgram(t, port => [program, '-H', '127.0.0.1', '-p', String(port)], {
      env,
      health: '/moto-api/',
    })
    const keys: { readonly id: string; readonly secret: string }[] = []
    for (const UserName of ['reader', 'nobody']) {
      await iam(`${url}/`, 'CreateUser', { UserName })
      const text = await iam(`${url}/`, 'CreateAccessKey', { UserName })
      const field = (name: string): string => new RegExp(`<${name}>([^<]+)<`).exec(text)?.[1] ?? ''
      keys.push({ id: field('AccessKeyId'), secret: field('SecretAccessKey') })
    }
    const rights = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'secretsmanager:*', Resource: '*' }],
    }
    await iam(`${url}/`, 'PutUserPolicy', {
      UserName: 'reader',
      PolicyName: 'p',
      PolicyDocument: JSON.stringify(rights),
    })
    for (const [Name, SecretString] of [
      ['prod/company.team/DB', 'sesame'],
      ['prod/company/DB', 'far'],
    ] as const)
      await send(`${url}/`, 'secretsmanager', {
        ...{ type: 'application/x-amz-json-1.1', target: 'secretsmanager.CreateSecret' },
        body: JSON.stringify({
          Name,
          SecretString,
          ClientRequestToken: `${Name}-0123456789-0123456789-0123456789`.replaceAll('/', '-'),
        }),
      })
    const [reader, nobody] = keys
    assert.ok(reader && nobody)
    const as = (id: string, secret: string): Manager =>
      open(url, { prefix: 'prod', 'access-key-id': id, 'secret-key-id': secret })
    const isDenied = (error: unknown): boolean => error instanceof ManagerError && error.fault === 'denied'

    assert.equal(await as(reader.id, reader.secret).find('company.team', 'db'), 'sesame')
    assert.equal(await as(reader.id, reader.secret).find('company', 'DB'), 'far')
    assert.equal(await as(reader.id, reader.secret).find('company', 'GHOST'), undefined)
    await assert.rejects(as(reader.id, `${reader.secret}x`).find('company', 'DB'), isDenied)
    await assert.rejects(as(nobody.id, nobody.secret).find('company', 'DB'), isDenied)
  },
)
