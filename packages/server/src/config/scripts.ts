// How scripts are run: how strictly they are kept apart, for all and per namespace, and how many interpreters are kept warm.
import { isAbsolute } from 'node:path'
import { BatutaError, isList, isMap, mapEntries, printValue, type Value } from '@batuta/core'
import { SCRIPT_SETTINGS, type Isolation, type ScriptSettings } from '@batuta/plugin-sdk'

export interface WrittenScripts {
  readonly isolation: string | undefined
  /** A map from namespace to its isolation. */
  readonly namespaces: Value | undefined
  readonly zygotes: string | undefined
  readonly idleSeconds: string | undefined
  /** Absolute paths, as a list or with commas. */
  readonly writable: Value | undefined
}

const ISOLATIONS: readonly Isolation[] = ['auto', 'process', 'bubblewrap']
const ZYGOTES_MAX = 1_000
const IDLE_SECONDS_MAX = 3_600
const MS_PER_SECOND = 1_000

/** @throws {BatutaError} `config-invalid` with the option and the way out. */
export function readScripts(written: WrittenScripts): Omit<ScriptSettings, 'hidden'> {
  return {
    isolation: readIsolation('script.isolation', written.isolation) ?? SCRIPT_SETTINGS.isolation,
    isolationByNamespace: readNamespaces(written.namespaces),
    zygotesMax: readWhole('script.zygotes', written.zygotes, ZYGOTES_MAX) ?? SCRIPT_SETTINGS.zygotesMax,
    writable: readWritable(written.writable),
    zygoteIdleMs: idleMsOf(readWhole('script.idle', written.idleSeconds, IDLE_SECONDS_MAX)),
  }
}

function readWritable(written: Value | undefined): readonly string[] {
  if (written === undefined || written === null) return []
  const paths = isList(written) ? written.map(printValue) : printValue(written).split(',')
  return paths
    .map(path => path.trim())
    .filter(path => path !== '')
    .map(path => {
      if (isAbsolute(path)) return path
      throw invalid('script.writable', path, 'a list of absolute paths')
    })
}

function idleMsOf(seconds: number | undefined): number {
  return seconds === undefined ? SCRIPT_SETTINGS.zygoteIdleMs : seconds * MS_PER_SECOND
}

function readNamespaces(written: Value | undefined): Readonly<Record<string, Isolation>> {
  if (written === undefined || written === null) return {}
  if (!isMap(written)) throw invalid('script.namespaces', printValue(written), 'a map from namespace to isolation')
  const entries = Array.from(mapEntries(written), ([namespace, value]) => {
    const name = `script.namespaces.${namespace}`
    return [namespace, readIsolation(name, printValue(value)) ?? SCRIPT_SETTINGS.isolation] as const
  })
  return Object.fromEntries(entries)
}

function readIsolation(name: string, written: string | undefined): Isolation | undefined {
  if (written === undefined) return undefined
  const isolation = ISOLATIONS.find(each => each === written)
  if (isolation === undefined) throw invalid(name, written, `one of ${ISOLATIONS.join(', ')}`)
  return isolation
}

function readWhole(name: string, written: string | undefined, max: number): number | undefined {
  if (written === undefined) return undefined
  const value = Number(written)
  if (!Number.isInteger(value) || value < 0 || value > max)
    throw invalid(name, written, `a whole number from 0 to ${max}`)
  return value
}

function invalid(name: string, written: string, wanted: string): BatutaError {
  return new BatutaError('config-invalid', `The option ${name} is "${written}": it must be ${wanted}.`)
}
