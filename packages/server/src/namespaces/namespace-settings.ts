// What people said about namespaces: a description, variables for the expressions of their flows, defaults for their plugins. Kept in memory, for every
// turn may ask; what other nodes save is read again every few seconds.
import {
  BatutaError,
  decodeValue,
  encodeValue,
  isMap,
  mapGet,
  printValue,
  trust,
  type PluginDefault,
  type Value,
} from '@batuta/core'
import { readDefaults } from '../config/plugin-defaults.ts'
import { readSharedLimits, type SharedLimits } from '../flows/pools.ts'
import type { Store } from '../storage/store.ts'
import { withAncestors } from './ancestors.ts'

export interface SettingsWorld {
  readonly store: Store
  readonly tenant: string
  nowMs(): number
  /** The plugin defaults of a namespace are others than before. */
  onDefaults?(namespace: string): Promise<void>
  /** What flows share is said otherwise than before. */
  onPools?(): Promise<void>
}

export interface Settings {
  readonly description?: string
  readonly variables: Value
  /** As they were written. */
  readonly pluginDefaults: Value
  /** How many executions of the namespace, with all below it, run at a time: `{limit, behavior}`. */
  readonly concurrency?: Value
  /** Pools that its flows may name, and those below: by name, `{limit, behavior}`. */
  readonly concurrencyPools?: Value
}

const NAMESPACE = /^[a-z0-9A-Z][a-zA-Z0-9._-]*$/
const SETTINGS_CHARS_MAX = 256 * 1024

export class NamespaceSettings {
  readonly #world: SettingsWorld
  readonly #settings = new Map<string, Settings>()
  readonly #defaults = new Map<string, readonly PluginDefault[]>()
  /** By namespace; the same map for ever, so that whoever holds it sees what changes. */
  readonly variables: Map<string, Value> = new Map()
  /** Limits that flows share, likewise. */
  readonly pools: Map<string, SharedLimits> = new Map()

  constructor(world: SettingsWorld) {
    this.#world = world
  }

  /** Reads all that is stored. */
  async load(): Promise<void> {
    const rows = await this.#world.store.read.listNamespaces(this.#world.tenant)
    const known = new Set(rows.map(({ namespace }) => namespace))
    for (const namespace of this.#settings.keys()) if (!known.has(namespace)) await this.#forget(namespace)
    for (const { namespace, settings } of rows) await this.#take(namespace, settingsOf(decodeValue(settings)))
  }

  names(): readonly string[] {
    return [...this.#settings.keys()].sort()
  }

  find(namespace: string): Settings | undefined {
    return this.#settings.get(namespace)
  }

  /** Those of the namespace itself, then of the ones above it. */
  defaultsOf(namespace: string): readonly PluginDefault[] {
    return withAncestors(namespace).flatMap(each => this.#defaults.get(each) ?? [])
  }

  /** @throws {BatutaError} for what cannot be said of a namespace. */
  async save(namespace: string, given: Value): Promise<Settings> {
    if (!NAMESPACE.test(namespace))
      throw new BatutaError('key-invalid', `"${namespace.slice(0, 200)}" cannot be the name of a namespace.`)
    const settings = settingsOf(given)
    readDefaults(`${namespace}.pluginDefaults`, settings.pluginDefaults)
    poolsOf(namespace, settings)
    const text = encodeValue({ ...settings })
    if (text.length > SETTINGS_CHARS_MAX)
      throw new BatutaError('key-value-invalid', `A namespace says at most ${SETTINGS_CHARS_MAX} characters.`)
    const { store, tenant, nowMs } = this.#world
    await store.perform('saveNamespace', { tenant, namespace, settings: text, updatedMs: nowMs() })
    await this.#take(namespace, settings)
    return settings
  }

  async delete(namespace: string): Promise<boolean> {
    const { store, tenant } = this.#world
    const isDeleted = await store.perform('deleteNamespace', { tenant, namespace })
    await this.#forget(namespace)
    return isDeleted
  }

  async #take(namespace: string, settings: Settings): Promise<void> {
    this.#settings.set(namespace, settings)
    this.variables.set(namespace, settings.variables)
    await this.#takePools(namespace, poolsOf(namespace, settings))
    const before = this.#defaults.get(namespace) ?? []
    const defaults = readDefaults(`${namespace}.pluginDefaults`, settings.pluginDefaults)
    this.#defaults.set(namespace, defaults)
    if (textOf(before) !== textOf(defaults)) await this.#world.onDefaults?.(namespace)
  }

  async #takePools(namespace: string, pools: SharedLimits | undefined): Promise<void> {
    const before = this.pools.get(namespace)
    if (pools) this.pools.set(namespace, pools)
    else this.pools.delete(namespace)
    const say = (limits: SharedLimits | undefined): string => JSON.stringify([limits?.own, [...(limits?.pools ?? [])]])
    if (say(before) !== say(pools)) await this.#world.onPools?.()
  }

  async #forget(namespace: string): Promise<void> {
    this.#settings.delete(namespace)
    this.variables.delete(namespace)
    await this.#takePools(namespace, undefined)
    const before = this.#defaults.get(namespace) ?? []
    this.#defaults.delete(namespace)
    if (before.length > 0) await this.#world.onDefaults?.(namespace)
  }
}

function poolsOf(namespace: string, { concurrency, concurrencyPools }: Settings): SharedLimits | undefined {
  return readSharedLimits(namespace, { concurrency, pools: concurrencyPools })
}

function textOf(defaults: readonly PluginDefault[]): string {
  return encodeValue(trust<Value>(defaults))
}

/** With all that is stored. */
export async function openNamespaceSettings(world: SettingsWorld): Promise<NamespaceSettings> {
  const settings = new NamespaceSettings(world)
  await settings.load()
  return settings
}

function settingsOf(given: Value): Settings {
  const of = (name: string): Value | undefined =>
    typeof given === 'object' && given !== null && isMap(given) ? mapGet(given, name) : undefined
  const variables = of('variables') ?? {}
  if (typeof variables !== 'object' || variables === null || !isMap(variables))
    throw new BatutaError('key-value-invalid', 'The variables of a namespace must be a map.')
  const description = of('description') ?? null
  const [concurrency, pools] = [of('concurrency') ?? null, of('concurrencyPools') ?? null]
  return {
    ...(description === null ? {} : { description: printValue(description) }),
    variables,
    pluginDefaults: of('pluginDefaults') ?? [],
    ...(concurrency === null ? {} : { concurrency }),
    ...(pools === null ? {} : { concurrencyPools: pools }),
  }
}
