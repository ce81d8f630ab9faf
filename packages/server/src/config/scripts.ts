// How scripts are run: how strictly they are kept apart, for all and per namespace, and how many interpreters are kept warm.
import { isAbsolute } from 'node:path'
import { BatutaError, isList, isMap, mapEntries, printValue, type Value } from '@batuta/core'
import { SCRIPT_SETTINGS, type Isolation, type ScriptLimits, type ScriptSettings } from '@batuta/plugin-sdk'

export interface WrittenScripts {
  readonly isolation: string | undefined
  /** A map from namespace to its isolation. */
  readonly namespaces: Value | undefined
  readonly zygotes: string | undefined
  readonly idleSeconds: string | undefined
  /** Absolute paths, as a list or with commas. */
  readonly writable: Value | undefined
  /** As `512Mi`; so for the next two: undefined for no limit. */
  readonly memory: string | undefined
  readonly processes: string | undefined
  readonly cpus: string | undefined
  /** A path from the top of the kernel's tree of cgroups. */
  readonly cgroup: string | undefined
}

const ISOLATIONS: readonly Isolation[] = ['auto', 'process', 'bubblewrap']
const ZYGOTES_MAX = 1_000
const IDLE_SECONDS_MAX = 3_600
const MS_PER_SECOND = 1_000
const UNITS: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 }
/** A sandbox and a shell take a handful of processes and some memory for themselves. */
const MEMORY_MIN_BYTES = 16 * 2 ** 20
const PROCESSES_MIN = 16
const PROCESSES_MAX = 1_000_000
const CPUS_MIN = 0.01
const CPUS_MAX = 10_000

/** @throws {BatutaError} `config-invalid` with the option and the way out. */
export function readScripts(written: WrittenScripts): Omit<ScriptSettings, 'hidden'> {
  return {
    isolation: readIsolation('script.isolation', written.isolation) ?? SCRIPT_SETTINGS.isolation,
    isolationByNamespace: readNamespaces(written.namespaces),
    zygotesMax: readWhole('script.zygotes', written.zygotes, ZYGOTES_MAX) ?? SCRIPT_SETTINGS.zygotesMax,
    writable: readWritable(written.writable),
    zygoteIdleMs: idleMsOf(readWhole('script.idle', written.idleSeconds, IDLE_SECONDS_MAX)),
    limits: readLimits(written),
    ...(written.cgroup === undefined ? {} : { cgroup: readCgroup(written.cgroup) }),
  }
}

function readLimits({ memory, processes, cpus }: WrittenScripts): ScriptLimits {
  return {
    memoryMaxBytes: memory === undefined ? 0 : readBytes('script.limits.memory', memory),
    processesMax: processes === undefined ? 0 : readProcesses('script.limits.processes', processes),
    cpusMax: cpus === undefined ? 0 : readCpus('script.limits.cpus', cpus),
  }
}

function readBytes(name: string, written: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti)?$/.exec(written.trim()) ?? []
  const bytes = Math.floor(Number(amount) * (unit === undefined ? 1 : (UNITS[unit] ?? Number.NaN)))
  if (bytes === 0 || (bytes >= MEMORY_MIN_BYTES && Number.isSafeInteger(bytes))) return bytes
  throw invalid(name, written, 'as much memory as 512Mi or 2Gi, at least 16Mi, or 0 for no limit')
}

function readProcesses(name: string, written: string): number {
  const value = Number(written)
  if (value === 0 || (Number.isInteger(value) && value >= PROCESSES_MIN && value <= PROCESSES_MAX)) return value
  throw invalid(name, written, `a whole number from ${PROCESSES_MIN} to ${PROCESSES_MAX}, or 0 for no limit`)
}

function readCpus(name: string, written: string): number {
  const value = Number(written)
  if (value === 0 || (value >= CPUS_MIN && value <= CPUS_MAX)) return value
  throw invalid(name, written, `a number from ${CPUS_MIN} to ${CPUS_MAX}, as 1.5, or 0 for no limit`)
}

function readCgroup(written: string): string {
  if (isAbsolute(written) && !written.split('/').includes('..')) return written
  throw invalid('script.cgroup', written, 'a path from the top of the tree of cgroups, as /batuta/scripts')
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
