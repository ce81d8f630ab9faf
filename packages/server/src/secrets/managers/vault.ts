// HashiCorp Vault and OpenBao: secrets of the KV engine, version 1 or 2. The token is given, or fetched by AppRole, Kubernetes or user name; it is renewed
// while the manager is in use, and fetched again when it was refused.
import { encodeValue, isMap, mapGet, type Value } from '@batuta/core'
import type { SecretStore } from '@batuta/plugin-sdk'
import { at, call, numberAt, refusal, textAt, valueOf, type ManagerReply } from './call.ts'
import { Renewed, type Expiring } from './expiring.ts'
import { ManagerError } from './manager-error.ts'
import type { ManagerOptions } from './options.ts'
import { asItIs, nameIn, spellingsOf, type SecretNaming } from './secret-name.ts'

const NAME = 'Vault'
const SERVICE_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token'

interface Vault {
  readonly options: ManagerOptions
  readonly address: string
  readonly headers: Readonly<Record<string, string>>
  readonly ca: string | undefined
}

export function openVault(options: ManagerOptions): SecretStore {
  const space = options.text('namespace')
  const vault: Vault = {
    options,
    address: options.required('address').replace(/\/+$/, ''),
    headers: { 'X-Vault-Request': 'true', ...(space === undefined ? {} : { 'X-Vault-Namespace': space }) },
    ca: options.text('ca'),
  }
  const { world } = options
  const login = loginOf(vault)
  let stopRenewing = (): void => {}
  const token = new Renewed<string>(
    async () => {
      const got = await login()
      stopRenewing()
      stopRenewing = got.isRenewable ? keepAlive(vault, got) : () => {}
      return got
    },
    () => world.nowMs(),
  )
  const mount = (options.text('root-engine') ?? options.text('mount') ?? 'secret').replace(/^\/+|\/+$/g, '')
  const version = new Renewed<1 | 2>(
    async () => ({ value: await versionOf(vault, { mount, token: await token.get() }) }),
    () => world.nowMs(),
  )
  const naming: SecretNaming = { template: options.text('path') ?? '{path}/{key}', encode: asItIs }
  const field = options.text('field') ?? 'value'
  const read = async (path: string, key: string): Promise<string | undefined> => {
    const get = async (): Promise<ManagerReply> => {
      const inEngine = (await version.get()) === 2 ? `${mount}/data/${path}` : `${mount}/${path}`
      return await ask(vault, { method: 'GET', path: inEngine, token: await token.get() })
    }
    let reply = await get()
    if (reply.status === 403) {
      // A token that was revoked or has expired is refused like one that may not: another one tells which.
      token.forget()
      reply = await get()
    }
    if (reply.status === 404) return undefined
    if (reply.status !== 200) throw refusal(reply, NAME, `"${path}"`)
    const data = valueOf(reply, NAME)
    return fieldOf((await version.get()) === 2 ? at(data, 'data', 'data') : at(data, 'data'), { field, key })
  }
  return {
    find: async (namespace, key) => {
      for (const spelling of spellingsOf(key)) {
        const path = nameIn(naming, namespace, spelling)
        const found = path === undefined ? undefined : await read(path, spelling)
        if (found !== undefined) return found
      }
      return undefined
    },
    close: () => {
      stopRenewing()
      return Promise.resolve()
    },
  }
}

/** The field `value`, or the one that is called as the secret is, or the only one; else all of them as JSON, for `subkey`. */
function fieldOf(
  data: Value | undefined,
  { field, key }: { readonly field: string; readonly key: string },
): string | undefined {
  if (data === undefined || data === null || typeof data !== 'object' || !isMap(data)) return undefined
  const entries = Object.entries(data)
  const found = mapGet(data, field) ?? mapGet(data, key) ?? (entries.length === 1 ? entries[0]?.[1] : data)
  if (found === undefined || found === null) return undefined
  return typeof found === 'string' ? found : encodeValue(found)
}

interface VaultAsk {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly token?: string
  readonly body?: Value
}

async function ask({ address, headers, ca }: Vault, { method, path, token, body }: VaultAsk): Promise<ManagerReply> {
  return await call({
    name: NAME,
    method,
    url: `${address}/v1/${path.split('/').map(encodeURIComponent).join('/')}`,
    headers: {
      ...headers,
      ...(token === undefined ? {} : { 'X-Vault-Token': token }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: encodeValue(body) }),
    ca,
  })
}

interface VaultToken extends Expiring<string> {
  readonly isRenewable: boolean
}

function loginOf(vault: Vault): () => Promise<VaultToken> {
  const { options } = vault
  const [role, kubernetes, password] = [
    options.below('app-role'),
    options.below('kubernetes'),
    options.below('password'),
  ]
  if (options.has('app-role'))
    return async () =>
      await logIn(vault, `auth/${role.text('path') ?? 'approle'}/login`, {
        role_id: role.required('role-id'),
        secret_id: role.text('secret-id') ?? '',
      })
  if (options.has('kubernetes'))
    return async () =>
      await logIn(vault, `auth/${kubernetes.text('path') ?? 'kubernetes'}/login`, {
        role: kubernetes.required('role'),
        jwt: kubernetes.text('jwt') ?? readServiceToken(kubernetes),
      })
  if (options.has('password'))
    return async () => {
      const user = encodeURIComponent(password.required('user'))
      return await logIn(vault, `auth/${password.text('path') ?? 'userpass'}/login/${user}`, {
        password: password.required('password'),
      })
    }
  const isMap = typeof options.value('token') === 'object' && options.below('token').has('token')
  const given = (): string => (isMap ? options.below('token').required('token') : options.required('token'))
  given()
  return async () => await lookUp(vault, given())
}

function readServiceToken(kubernetes: ManagerOptions): string {
  const at = kubernetes.text('token-file') ?? SERVICE_TOKEN
  return kubernetes.named('jwt', at)
}

async function logIn(vault: Vault, path: string, body: Value): Promise<VaultToken> {
  const reply = await ask(vault, { method: 'POST', path, body })
  if (reply.status !== 200) throw denied(reply, path)
  return tokenOf(vault, valueOf(reply, NAME), 'auth')
}

/** How long a given token lasts. One that may not look itself up is taken as it is. */
async function lookUp(vault: Vault, token: string): Promise<VaultToken> {
  const reply = await ask(vault, { method: 'GET', path: 'auth/token/lookup-self', token })
  if (reply.status !== 200) return { value: token, isRenewable: false }
  const data = at(valueOf(reply, NAME), 'data')
  const ttl = numberAt(data, 'ttl') ?? 0
  const untilMs = ttl === 0 ? undefined : vault.options.world.nowMs() + ttl * 1000
  return { value: token, untilMs, isRenewable: untilMs !== undefined && at(data, 'renewable') === true }
}

function tokenOf({ options }: Vault, value: Value, place: string): VaultToken {
  const token = textAt(value, place, 'client_token')
  if (token === undefined) throw new ManagerError('malformed', `${NAME} answered a login without a token.`)
  const seconds = numberAt(value, place, 'lease_duration') ?? 0
  const untilMs = seconds === 0 ? undefined : options.world.nowMs() + seconds * 1000
  return { value: token, untilMs, isRenewable: at(value, place, 'renewable') === true && untilMs !== undefined }
}

/** Half-way through its life the token is renewed, for as long as that works; then it is fetched anew when it is needed. */
function keepAlive(vault: Vault, { value: token, untilMs }: VaultToken): () => void {
  const { world } = vault.options
  if (untilMs === undefined) return () => {}
  let isOver = false
  let callOff = (): void => {}
  const renew = async (): Promise<void> => {
    const reply = await ask(vault, { method: 'POST', path: 'auth/token/renew-self', token, body: {} })
    if (reply.status !== 200) throw denied(reply, 'auth/token/renew-self')
    plan(tokenOf(vault, valueOf(reply, NAME), 'auth').untilMs)
  }
  const plan = (endMs: number | undefined): void => {
    if (isOver || endMs === undefined) return
    const nowMs = world.nowMs()
    callOff = world.at(nowMs + (endMs - nowMs) / 2, () => {
      renew().catch((error: unknown) => world.onNotice('the token of Vault cannot be renewed', error))
    })
  }
  plan(untilMs)
  return () => {
    isOver = true
    callOff()
  }
}

async function versionOf(
  vault: Vault,
  { mount, token }: { readonly mount: string; readonly token: string },
): Promise<1 | 2> {
  const said = vault.options.text('engine-version')?.replace(/^KV_?|^v/i, '')
  if (said === '1' || said === '2') return said === '1' ? 1 : 2
  const reply = await ask(vault, { method: 'GET', path: `sys/internal/ui/mounts/${mount}`, token })
  // Who may not look there has the newer one in most cases.
  if (reply.status !== 200) return 2
  return textAt(valueOf(reply, NAME), 'data', 'options', 'version') === '2' ? 2 : 1
}

function denied({ status }: ManagerReply, path: string): ManagerError {
  const fault = status >= 500 ? 'failed' : 'denied'
  return new ManagerError(fault, `${NAME} refuses to log in at ${path} (${status}).`)
}
