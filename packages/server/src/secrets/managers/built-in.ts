// Managers that need no plugin. They run in the server: their code is its own.
import type { SecretStore } from '@batuta/plugin-sdk'
import { cached } from './cached.ts'
import type { ManagerOptions } from './options.ts'

type OpenManager = (options: ManagerOptions) => Promise<SecretStore>

/** By the names that Kestra gives them; loaded when the first secret is asked for. */
export const BUILT_IN: ReadonlyMap<string, OpenManager> = new Map<string, OpenManager>([
  ['vault', async options => (await import('./vault.ts')).openVault(options)],
  ['aws-secret-manager', async options => (await import('./aws.ts')).openAws(options)],
  ['google-secret-manager', async options => (await import('./gcp.ts')).openGcp(options)],
  ['azure-key-vault', async options => (await import('./azure.ts')).openAzure(options)],
  ['kubernetes', async options => (await import('./kubernetes.ts')).openKubernetes(options)],
])

const LIFE_SECONDS = 30
const STALE_SECONDS = 600
const SIZE_MAX = 1_000
const SECONDS_MAX = 86_400

/** `cache: {enabled, maximum-size, expire-after-write, stale}`; times in seconds or as `PT1M`. */
export function withCache(store: SecretStore, options: ManagerOptions): SecretStore {
  const cache = options.below('cache')
  if (cache.text('enabled') === 'false') return store
  return cached(store, {
    lifeMs: secondsOf(cache, 'expire-after-write', LIFE_SECONDS) * 1000,
    staleMs: secondsOf(cache, 'stale', STALE_SECONDS) * 1000,
    sizeMax: wholeOf(cache, 'maximum-size', { fallback: SIZE_MAX, max: 1_000_000 }),
    nowMs: () => options.world.nowMs(),
    onNotice: (...notice) => options.world.onNotice(...notice),
  })
}

const SPAN = /^(?:PT)?(\d+)(S|M|H)?$/i
const UNITS: Readonly<Record<string, number>> = { S: 1, M: 60, H: 3600 }

function secondsOf(options: ManagerOptions, name: string, fallback: number): number {
  const text = options.text(name)
  if (text === undefined) return fallback
  const [, amount, unit = 's'] = SPAN.exec(text.trim()) ?? []
  const seconds = Number(amount) * (UNITS[unit.toUpperCase()] ?? 1)
  if (amount !== undefined && seconds <= SECONDS_MAX) return seconds
  throw options.wrong(name, `"${text}" is no length of time of at most a day: 30, 90s, 5m or PT5M`)
}

function wholeOf(
  options: ManagerOptions,
  name: string,
  { fallback, max }: { readonly fallback: number; readonly max: number },
): number {
  const text = options.text(name)
  const value = text === undefined ? fallback : Number(text)
  if (Number.isInteger(value) && value > 0 && value <= max) return value
  throw options.wrong(name, `"${text ?? ''}" is no whole number from 1 to ${max}`)
}
