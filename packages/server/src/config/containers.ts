// Containers: whether scripts run in them unless their flow says otherwise, where the engine is, and what flows may ask of it.
import { BatutaError, isList, isMap, mapGet, printValue, type Value, type ValueMap } from '@batuta/core'
import { DOCKER_RUNNER_TYPE } from '@batuta/plugin-sdk'

export interface WrittenContainers {
  readonly runner: string | undefined
  readonly host: string | undefined
  readonly volumes: string | undefined
  readonly privileged: string | undefined
  readonly instead: string | undefined
  /** Of Kestra's configuration: `{ type, values }` of each plugin. */
  readonly plugins: Value | undefined
}

export interface Containers {
  /** Of scripts that name no task runner; undefined for processes. */
  readonly defaultRunner: string | undefined
  /** For the plugin, by the names of the options. */
  readonly settings: Readonly<Record<string, string>>
}

/** @throws {BatutaError} `config-invalid` with the option and the way out. */
export function readContainers(written: WrittenContainers): Containers {
  const { host, plugins } = written
  const runner = readOne('script.runner', written.runner, ['process', 'docker'])
  const instead = readOne('docker.instead', written.instead, ['process'])
  const volumes = readOne('docker.volumes', written.volumes, SWITCH) ?? ofKestra(plugins, 'volume-enabled')
  const privileged = readOne('docker.privileged', written.privileged, SWITCH)
  const settings = { host: host?.trim() === '' ? undefined : host, volumes, privileged, instead }
  return {
    defaultRunner: runner === 'docker' ? DOCKER_RUNNER_TYPE : undefined,
    settings: Object.fromEntries(
      Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[`docker.${name}`, value]])),
    ),
  }
}

const SWITCH = ['true', 'false'] as const

function readOne(name: string, written: string | undefined, allowed: readonly string[]): string | undefined {
  if (written === undefined || written.trim() === '') return undefined
  const value = written.trim().toLowerCase()
  if (allowed.includes(value)) return value
  const wanted = allowed.length === 1 ? allowed[0] : `one of ${allowed.join(', ')}`
  throw new BatutaError('config-invalid', `The option ${name} is "${written}": it must be ${wanted}.`)
}

/** Older names of the runner are still written there. */
function ofKestra(plugins: Value | undefined, name: string): string | undefined {
  if (plugins === undefined || !isList(plugins)) return undefined
  const entries = plugins
    .filter(isMap)
    .filter(entry => printValue(mapGet(entry, 'type') ?? '').startsWith(DOCKER_RUNNER_TYPE))
  const values = entries.map(entry => mapGet(entry, 'values')).filter(isValues)
  const camel = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  const found = values.map(each => mapGet(each, name) ?? mapGet(each, camel)).find(each => each !== undefined)
  return found === undefined ? undefined : String(printValue(found).toLowerCase() === 'true')
}

function isValues(value: Value | undefined): value is ValueMap {
  return value !== undefined && isMap(value)
}
