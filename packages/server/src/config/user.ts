// Who may use the API. Without a user everybody may who reaches the address, and so the address must be this machine's own.
import { BatutaError } from '@batuta/core'

export interface ConfiguredUser {
  readonly name: string
  readonly password: string
}

export interface UserOptions {
  /** `kestra.server.basic-auth.enabled`: "false" switches the user off who is there. */
  readonly isEnabled: string | undefined
  readonly name: string | undefined
  readonly password: string | undefined
}

const WAY_OUT =
  'Name a user with BATUTA_USER and BATUTA_PASSWORD (kestra.server.basic-auth.username and .password in the configuration), or keep the address 127.0.0.1.'

/** @throws {BatutaError} `config-invalid` when one half is missing. */
export function readUser({ isEnabled, name, password }: UserOptions): ConfiguredUser | undefined {
  if (isEnabled === 'false') return undefined
  if (name === undefined && password === undefined) return undefined
  if (name !== undefined && name !== '' && password !== undefined && password !== '') return { name, password }
  throw new BatutaError('config-invalid', `The user is only half there, the ${missing(name)} is missing. ${WAY_OUT}`)
}

/**
 * Whether the server must be given a first user, because others than this machine reach it and none is configured.
 * @throws {BatutaError} `config-invalid` when the configuration says that nobody is to be asked for a password.
 */
export function needsFirstUser(host: string, user: ConfiguredUser | undefined, isEnabled: string | undefined): boolean {
  if (user !== undefined || isLoopback(host)) return false
  if (isEnabled !== 'false') return true
  throw new BatutaError(
    'config-invalid',
    `The address ${host} can be reached by others, and the user is switched off: whoever reaches it could run commands on this machine. ${WAY_OUT}`,
  )
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

function missing(name: string | undefined): string {
  return name === undefined || name === '' ? 'name' : 'password'
}
