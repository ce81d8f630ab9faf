// Logins of registries: those that the task names (`credentials`), and those of a `config` in the form of `~/.docker/config.json`, given as
// a map or as its text.
import { decodeValue, isMap, mapEntries, mapGet, printValue, TaskError } from '@batuta/plugin-sdk'
import type { RunContext, Value, ValueMap } from '@batuta/plugin-sdk'

/** In the engine's own words. */
export interface RegistryLogin {
  readonly username?: string
  readonly password?: string
  readonly identitytoken?: string
  readonly registrytoken?: string
  readonly serveraddress: string
}

export interface Credentials {
  readonly registry: string | undefined
  readonly username: string | undefined
  readonly password: string | undefined
  readonly registryToken: string | undefined
  readonly identityToken: string | undefined
  readonly auth: string | undefined
}

export interface RegistryLogins {
  /** For an image, by the registry in its name. */
  for(image: string): RegistryLogin | undefined
  all(): readonly RegistryLogin[]
}

const HUB = 'docker.io'
/** Docker's own registry has had many names. */
const HUB_NAMES: ReadonlySet<string> = new Set([
  HUB,
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
])

export function readLogins(
  ctx: Pick<RunContext, 'mask'>,
  credentials: Credentials | undefined,
  config: Value | undefined,
): RegistryLogins {
  const logins = new Map<string, RegistryLogin>()
  for (const login of config === undefined ? [] : loginsOfConfig(config)) logins.set(hostOf(login.serveraddress), login)
  const own = credentials === undefined ? undefined : loginOf(credentials)
  for (const login of own === undefined ? logins.values() : [...logins.values(), own]) hide(ctx, login)
  return {
    // A login without a registry is for whatever is asked for.
    for: image => {
      const registry = registryOf(image)
      if (own !== undefined && (own.serveraddress === '' || hostOf(own.serveraddress) === registry))
        return { ...own, serveraddress: own.serveraddress === '' ? registry : own.serveraddress }
      return logins.get(registry)
    },
    all: () => [...logins.values(), ...(own === undefined ? [] : [own])],
  }
}

function hide({ mask }: Pick<RunContext, 'mask'>, login: RegistryLogin): void {
  for (const secret of [login.password, login.identitytoken, login.registrytoken])
    if (secret !== undefined && secret !== '') mask(secret)
}

function loginOf(credentials: Credentials): RegistryLogin {
  const { registry = '', username, password, registryToken, identityToken, auth } = credentials
  const pair = auth === undefined ? {} : pairOf(auth)
  return withoutUndefined({
    username: username ?? pair.username,
    password: password ?? pair.password,
    identitytoken: identityToken,
    registrytoken: registryToken,
    serveraddress: registry,
  })
}

interface Written {
  readonly username: string | undefined
  readonly password: string | undefined
  readonly identitytoken: string | undefined
  readonly registrytoken: string | undefined
  readonly serveraddress: string
}

function withoutUndefined({ username, password, identitytoken, registrytoken, serveraddress }: Written): RegistryLogin {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(identitytoken === undefined ? {} : { identitytoken }),
    ...(registrytoken === undefined ? {} : { registrytoken }),
    serveraddress,
  }
}

/** `auth` is `user:password` in base 64. */
function pairOf(auth: string): { readonly username?: string; readonly password?: string } {
  const text = Buffer.from(auth, 'base64').toString('utf8')
  const split = text.indexOf(':')
  if (split < 0) throw new TaskError('property "credentials.auth" must be user:password in base 64')
  return { username: text.slice(0, split), password: text.slice(split + 1) }
}

function loginsOfConfig(config: Value): readonly RegistryLogin[] {
  const auths = mapGet(configMap(config), 'auths')
  if (auths === undefined || auths === null) return []
  if (!isMap(auths)) throw new TaskError('property "config" must have a map "auths" from registry to login')
  return Array.from(mapEntries(auths), ([registry, written]) => {
    if (!isMap(written)) throw new TaskError(`the login of "${registry}" in "config" must be a map`)
    const textAt = (key: string): string | undefined => {
      const value = mapGet(written, key)
      return value === undefined || value === null || value === '' ? undefined : printValue(value)
    }
    const auth = textAt('auth')
    const pair = auth === undefined ? {} : pairOf(auth)
    return withoutUndefined({
      username: textAt('username') ?? pair.username,
      password: textAt('password') ?? pair.password,
      identitytoken: textAt('identitytoken'),
      registrytoken: textAt('registrytoken'),
      serveraddress: registry,
    })
  })
}

function configMap(config: Value): ValueMap {
  if (isMap(config)) return config
  if (typeof config === 'string') {
    try {
      const parsed = decodeValue(config)
      if (isMap(parsed)) return parsed
    } catch {
      // Said below, without the text: it holds passwords.
    }
  }
  throw new TaskError('property "config" must be the content of a docker config.json, as a map or as its text')
}

/** The part of an image's name before the first slash is a registry when it could be a host. */
export function registryOf(image: string): string {
  const first = image.split('/')[0] ?? ''
  const isHost = image.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost')
  return isHost ? hostOf(first) : HUB
}

function hostOf(address: string): string {
  const host =
    address
      .replace(/^https?:\/\//i, '')
      .split('/')[0]
      ?.toLowerCase() ?? ''
  return HUB_NAMES.has(host) ? HUB : host
}

/** As the engine wants it in a header. */
export function headerOf(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
