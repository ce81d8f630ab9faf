// Google Secret Manager. A secret is called `<prefix>_<namespace>-<key>`, namespace and key written with letters, digits and `_`; its newest version counts.
import { createSign } from 'node:crypto'
import { decodeValue, encodeValue, type Value } from '@batuta/core'
import type { SecretStore } from '@batuta/plugin-sdk'
import { call, numberAt, refusal, textAt, valueOf, type ManagerReply } from './call.ts'
import { Renewed, type Expiring } from './expiring.ts'
import { ManagerError } from './manager-error.ts'
import type { ManagerOptions } from './options.ts'
import { asWord, nameIn, spellingsOf } from './secret-name.ts'

const NAME = 'Google Secret Manager'
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const TOKEN_SECONDS = 3600

export function openGcp(options: ManagerOptions): SecretStore {
  const { world } = options
  const account = accountOf(options)
  const project = options.text('project') ?? textAt(account, 'project_id') ?? world.environment['GOOGLE_CLOUD_PROJECT']
  if (project === undefined) throw options.wrong('project', 'it is missing')
  const base = (options.text('endpoint-override') ?? 'https://secretmanager.googleapis.com').replace(/\/$/, '')
  const token = new Renewed<string>(
    async () => await (account === undefined ? fromMetadata(options) : fromAccount(account, options)),
    () => world.nowMs(),
  )
  const prefix = options.text('prefix')
  const template = options.text('name') ?? `${prefix === undefined ? '' : `${prefix}_`}{namespace}-{key}`
  const ask = async (name: string): Promise<ManagerReply> => {
    const path = `v1/projects/${encodeURIComponent(project)}/secrets/${encodeURIComponent(name)}/versions/latest:access`
    return await call({
      ...{ name: NAME, method: 'GET', url: `${base}/${path}` },
      headers: { Authorization: `Bearer ${await token.get()}` },
    })
  }
  const read = async (name: string): Promise<string | undefined> => {
    let reply = await ask(name)
    if (reply.status === 401) {
      token.forget()
      reply = await ask(name)
    }
    if (reply.status === 404) return undefined
    if (reply.status !== 200) throw refusal(reply, NAME, `"${name}"`)
    const bytes = textAt(valueOf(reply, NAME), 'payload', 'data')
    if (bytes === undefined) throw new ManagerError('malformed', `${NAME} answered without the value of "${name}".`)
    return Buffer.from(bytes, 'base64').toString('utf8')
  }
  return {
    find: async (namespace, key) => {
      for (const spelling of spellingsOf(key)) {
        const name = nameIn({ template, encode: asWord }, namespace, spelling)
        const found = name === undefined ? undefined : await read(name)
        if (found !== undefined) return found
      }
      return undefined
    },
  }
}

/** The document of a service account: configured as text, or named by Google's variable. */
function accountOf(options: ManagerOptions): Value | undefined {
  const file = options.world.environment['GOOGLE_APPLICATION_CREDENTIALS']
  const text =
    options.text('service-account') ?? (file === undefined ? undefined : options.named('service-account', file))
  if (text === undefined) return undefined
  try {
    return decodeValue(text)
  } catch (cause) {
    if (cause instanceof Error) throw options.wrong('service-account', 'it is not the JSON of a service account')
    throw cause
  }
}

async function fromAccount(account: Value, options: ManagerOptions): Promise<Expiring<string>> {
  const [mail, key] = [textAt(account, 'client_email'), textAt(account, 'private_key')]
  if (mail === undefined || key === undefined)
    throw options.wrong('service-account', 'it has no client_email or no private_key')
  const url = textAt(account, 'token_uri') ?? 'https://oauth2.googleapis.com/token'
  const iat = Math.floor(options.world.nowMs() / 1000)
  const claims = { iss: mail, scope: SCOPE, aud: url, iat, exp: iat + TOKEN_SECONDS }
  const keyId = textAt(account, 'private_key_id')
  const head = { alg: 'RS256', typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) }
  const text = [head, claims].map(part => Buffer.from(encodeValue(part)).toString('base64url')).join('.')
  const assertion = `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`
  const body = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }).toString()
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  return tokenOf(await call({ name: NAME, method: 'POST', url, body, headers }), options)
}

async function fromMetadata(options: ManagerOptions): Promise<Expiring<string>> {
  const host = options.world.environment['GCE_METADATA_HOST'] ?? 'metadata.google.internal'
  const url = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`
  return tokenOf(await call({ name: NAME, method: 'GET', url, headers: { 'Metadata-Flavor': 'Google' } }), options)
}

function tokenOf(reply: ManagerReply, { world }: ManagerOptions): Expiring<string> {
  if (reply.status !== 200)
    throw refusal({ ...reply, status: reply.status === 400 ? 401 : reply.status }, NAME, 'a token')
  const value = valueOf(reply, NAME)
  const token = textAt(value, 'access_token')
  if (token === undefined) throw new ManagerError('malformed', `${NAME} answered without a token.`)
  return { value: token, untilMs: world.nowMs() + (numberAt(value, 'expires_in') ?? 0) * 1000 }
}
