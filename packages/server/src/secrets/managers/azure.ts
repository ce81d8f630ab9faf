// Azure Key Vault. A secret is called `<prefix>-<namespace>-k-<key>`, namespace and key written with letters, digits and `-`; its newest version counts.
import type { SecretStore } from '@batuta/plugin-sdk'
import { call, numberAt, refusal, textAt, valueOf, type ManagerReply } from './call.ts'
import { Renewed, type Expiring } from './expiring.ts'
import { ManagerError } from './manager-error.ts'
import type { ManagerOptions } from './options.ts'
import { asHyphens, nameIn, spellingsOf } from './secret-name.ts'

const NAME = 'Azure Key Vault'
const API = '7.4'
const RESOURCE = 'https://vault.azure.net'
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export function openAzure(options: ManagerOptions): SecretStore {
  const { world } = options
  const vault = options.text('vault-name')
  const base = vault === undefined ? options.required('key-vault-uri') : `https://${vault}.vault.azure.net`
  const token = new Renewed<string>(tokenSource(options), () => world.nowMs())
  const prefix = options.text('prefix')
  const template = options.text('name') ?? `${prefix === undefined ? '' : `${prefix}-`}{namespace}-k-{key}`
  const ask = async (name: string): Promise<ManagerReply> =>
    await call({
      ...{ name: NAME, method: 'GET' },
      url: `${base.replace(/\/$/, '')}/secrets/${encodeURIComponent(name)}?api-version=${API}`,
      headers: { Authorization: `Bearer ${await token.get()}` },
    })
  const read = async (name: string): Promise<string | undefined> => {
    let reply = await ask(name)
    if (reply.status === 401) {
      token.forget()
      reply = await ask(name)
    }
    if (reply.status === 404) return undefined
    if (reply.status !== 200) throw refusal(reply, NAME, `"${name}"`)
    return textAt(valueOf(reply, NAME), 'value')
  }
  return {
    find: async (namespace, key) => {
      for (const spelling of spellingsOf(key)) {
        const name = nameIn({ template, encode: asHyphens }, namespace, spelling)
        const found = name === undefined ? undefined : await read(name)
        if (found !== undefined) return found
      }
      return undefined
    },
  }
}

/** A secret or a federated token of an application; else the identity that Azure gives the machine. */
function tokenSource(options: ManagerOptions): () => Promise<Expiring<string>> {
  const { environment } = options.world
  const own =
    options.has('client-secret') && typeof options.value('client-secret') === 'object'
      ? options.below('client-secret')
      : options
  return async () => {
    const tenant = own.text('tenant-id') ?? environment['AZURE_TENANT_ID']
    const client = own.text('client-id') ?? environment['AZURE_CLIENT_ID']
    const secret = own.text('client-secret') ?? environment['AZURE_CLIENT_SECRET']
    const file = environment['AZURE_FEDERATED_TOKEN_FILE']
    if (tenant === undefined || client === undefined || (secret ?? file) === undefined)
      return await fromMachine(options, client)
    const proof: Record<string, string> =
      secret === undefined
        ? { client_assertion_type: ASSERTION, client_assertion: options.named('client-id', file ?? '') }
        : { client_secret: secret }
    const host = (
      own.text('authority-host') ??
      environment['AZURE_AUTHORITY_HOST'] ??
      'https://login.microsoftonline.com'
    ).replace(/\/$/, '')
    const form = { grant_type: 'client_credentials', client_id: client, scope: `${RESOURCE}/.default`, ...proof }
    const reply = await call({
      ...{ name: NAME, method: 'POST', url: `${host}/${encodeURIComponent(tenant)}/oauth2/v2.0/token` },
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    })
    return tokenOf(reply, options)
  }
}

async function fromMachine({ world }: ManagerOptions, client: string | undefined): Promise<Expiring<string>> {
  const query = new URLSearchParams({ 'api-version': '2018-02-01', resource: RESOURCE })
  if (client !== undefined) query.set('client_id', client)
  const host = world.environment['AZURE_POD_IDENTITY_AUTHORITY_HOST']?.replace(/\/$/, '') ?? 'http://169.254.169.254'
  const url = `${host}/metadata/identity/oauth2/token?${query.toString()}`
  const reply = await call({ name: NAME, method: 'GET', url, headers: { Metadata: 'true' } })
  return tokenOf(reply, { world })
}

function tokenOf(reply: ManagerReply, { world }: Pick<ManagerOptions, 'world'>): Expiring<string> {
  if (reply.status !== 200)
    throw refusal({ ...reply, status: reply.status === 400 ? 401 : reply.status }, NAME, 'a token')
  const value = valueOf(reply, NAME)
  const token = textAt(value, 'access_token')
  if (token === undefined) throw new ManagerError('malformed', `${NAME} answered without a token.`)
  return { value: token, untilMs: world.nowMs() + (numberAt(value, 'expires_in') ?? 0) * 1000 }
}
