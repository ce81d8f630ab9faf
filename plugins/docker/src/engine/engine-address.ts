// Where the engine is: what the task says, then what the installation says, then what the environment says as the `docker` command reads it,
// then the usual sockets.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TaskError } from '@batuta/plugin-sdk'

export interface EngineAddress {
  /** As people write it. */
  readonly text: string
  /** Of HTTP requests. */
  readonly origin: string
  readonly socketPath?: string
  readonly host?: string
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly isChecked: boolean }
}

export interface AddressSources {
  /** Of the task or its runner. */
  readonly written: string | undefined
  /** Of the installation. */
  readonly setting: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

const PORT = 2375
const TLS_PORT = 2376

/** @throws {TaskError} for an address that cannot be spoken to. */
export function findEngineAddress({ written, setting, env }: AddressSources): EngineAddress {
  const text = [written, setting, env['DOCKER_HOST']].find(each => each !== undefined && each.trim() !== '')
  return parseEngineAddress(text?.trim() ?? `unix://${findSocket(env)}`, env)
}

function findSocket(env: AddressSources['env']): string {
  const usual = '/var/run/docker.sock'
  const sockets = [usual]
  const { HOME: home, XDG_RUNTIME_DIR: runtime } = env
  if (runtime !== undefined) sockets.push(join(runtime, 'docker.sock'), join(runtime, 'podman', 'podman.sock'))
  if (home !== undefined) sockets.push(join(home, '.docker', 'run', 'docker.sock'))
  sockets.push('/run/podman/podman.sock')
  return sockets.find(path => existsSync(path)) ?? usual
}

function parseEngineAddress(text: string, env: AddressSources['env']): EngineAddress {
  if (text.startsWith('/')) return parseEngineAddress(`unix://${text}`, env)
  if (text.startsWith('unix://')) {
    const socketPath = text.slice('unix://'.length)
    if (!socketPath.startsWith('/')) throw refusal(text, 'the path of the socket must be absolute')
    return { text, origin: 'http://docker', socketPath }
  }
  const match = /^(tcp|https?):\/\/(\[[\da-f:]+\]|[^/:]+)(?::(\d+))?\/*$/i.exec(text)
  if (match === null)
    throw refusal(text, 'it must look like unix:///var/run/docker.sock, tcp://host:2375 or https://host:2376')
  const [, scheme = '', host = '', port] = match
  const isTls = scheme.toLowerCase() === 'https' || (scheme.toLowerCase() === 'tcp' && isTlsWanted(env))
  const origin = `${isTls ? 'https' : 'http'}://${host}:${port ?? (isTls ? TLS_PORT : PORT)}`
  return { text, origin, host, ...(isTls ? { tls: readTls(env) } : {}) }
}

/** As the `docker` command: any value means yes. */
function isTlsWanted(env: AddressSources['env']): boolean {
  return (env['DOCKER_TLS_VERIFY'] ?? '') !== '' || (env['DOCKER_TLS'] ?? '') !== ''
}

function readTls(env: AddressSources['env']): NonNullable<EngineAddress['tls']> {
  const folder = env['DOCKER_CERT_PATH'] ?? (env['HOME'] === undefined ? undefined : join(env['HOME'], '.docker'))
  const read = (name: string): string | undefined => {
    const path = folder === undefined ? undefined : join(folder, name)
    return path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : undefined
  }
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map(read)
  return {
    isChecked: (env['DOCKER_TLS_VERIFY'] ?? '') !== '' || (env['DOCKER_TLS'] ?? '') === '',
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  }
}

function refusal(text: string, reason: string): TaskError {
  return new TaskError(`the address "${text}" of the Docker engine is refused: ${reason}`)
}
