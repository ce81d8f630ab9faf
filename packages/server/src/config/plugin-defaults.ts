// Plugin defaults of the configuration: for all flows, and for those of a namespace and the ones below it. Of several namespaces the closest comes first.
import { BatutaError, isList, isMap, mapEntries, mapGet, type PluginDefault, type Value } from '@batuta/core'
import type { Sources } from './sources.ts'

export interface ConfiguredDefaults {
  readonly global: readonly PluginDefault[]
  readonly ofNamespace: ReadonlyMap<string, readonly PluginDefault[]>
}

const GLOBAL = 'kestra.plugins.defaults'
const FORMER = 'kestra.tasks.defaults'
const OF_NAMESPACES = 'namespaces'

/** @throws {BatutaError} `config-invalid` with the place of what is no default. */
export function readPluginDefaults(sources: Sources): ConfiguredDefaults {
  const global = sources.value(GLOBAL)
  const namespaces = sources.value(OF_NAMESPACES)
  const ofNamespace = new Map<string, readonly PluginDefault[]>()
  if (namespaces !== undefined && isMap(namespaces)) {
    for (const [name, of] of mapEntries(namespaces)) {
      const defaults = isMap(of) ? (mapGet(of, 'pluginDefaults') ?? mapGet(of, 'plugin-defaults')) : undefined
      if (defaults !== undefined)
        ofNamespace.set(name, readDefaults(`${OF_NAMESPACES}.${name}.pluginDefaults`, defaults))
    }
  }
  return {
    global: global === undefined ? readDefaults(FORMER, sources.value(FORMER)) : readDefaults(GLOBAL, global),
    ofNamespace,
  }
}

/** Those of the namespace itself, then of the ones above it. */
export function defaultsOf(namespace: string, { ofNamespace }: ConfiguredDefaults): readonly PluginDefault[] {
  const found: PluginDefault[] = []
  for (let name = namespace; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.'))))
    found.push(...(ofNamespace.get(name) ?? []))
  return found
}

/** @throws {BatutaError} `config-invalid` with the place of what is no default. */
export function readDefaults(place: string, value: Value | undefined): readonly PluginDefault[] {
  if (value === undefined || value === null) return []
  if (!isList(value)) throw wrong(place, 'it must be a list of {type, forced, values}')
  return value.map((item, index) => {
    const type = isMap(item) ? mapGet(item, 'type') : undefined
    const values = isMap(item) ? (mapGet(item, 'values') ?? {}) : undefined
    if (!isMap(item) || typeof type !== 'string' || values === undefined || !isMap(values))
      throw wrong(`${place}[${index}]`, 'it must have a type, and values that are a map')
    return { type, forced: mapGet(item, 'forced') === true, values }
  })
}

function wrong(place: string, what: string): BatutaError {
  return new BatutaError('config-invalid', `The option ${place} cannot be used: ${what}.`)
}
