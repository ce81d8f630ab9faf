import type { ApiDialect, Ask } from '@batuta/core'
import type { FileStore } from '@batuta/plugin-sdk'
import type { Access } from '../access/access.ts'
import type { Costs } from '../access/passwords.ts'
import type { Asker } from '../answers/answers.ts'
import type { ClientAddress } from './client-address.ts'
import type { Breakers } from '../flows/breakers.ts'
import type { Pools } from '../flows/pools.ts'
import type { StartWorld } from '../flows/births.ts'
import type { Holidays } from '../flows/holidays.ts'
import type { Snapshots } from '../flows/snapshots.ts'
import type { TriggerDesk } from '../flows/trigger-desk.ts'
import type { TriggerReasons } from '../flows/trigger-reasons.ts'
import type { SaveWorld } from '../flows/save-flow.ts'
import type { Changes } from '../inbox/changes.ts'
import type { CorsRule } from '../config/cors.ts'
import type { SignInConfig } from '../config/sign-in.ts'
import type { StorageOptions } from '../config/storage-options.ts'
import type { ConfiguredUser } from '../config/user.ts'
import type { KeptTallies } from './executions/kept-tallies.ts'
import type { SlowBodyLimits } from './slow-bodies.ts'
import type { LargeExecutions } from './executions/large-executions.ts'
import type { KillSwitches } from '../inbox/kill-switches.ts'
import type { MaintenanceMode } from '../inbox/maintenance-mode.ts'
import type { RowKeys } from '../secrets/row-keys.ts'
import type { SecretRules } from '../secrets/secret-rules.ts'
import type { NamespaceSettings } from '../namespaces/namespace-settings.ts'
import type { NodeRow } from '../storage/cluster.ts'
import type { Inbox, LookAtLive } from '../inbox/inbox.ts'
import type { Platform } from '../platform/platform.ts'
import type { Manifests } from '../plugins/manifests.ts'
import type { ProxyCallers } from './proxy-callers.ts'
import type { RehearsalOptions, SuiteResult } from '../rehearsal/rehearse.ts'
import type { TryOptions, Tried } from '../rehearsal/try-flow.ts'
import type { Outside } from '../sign-in/outside.ts'
import type { FlowKey, Store } from '../storage/store.ts'
import type { Health } from '../telemetry/health.ts'
import type { HttpMeter } from '../telemetry/http-meter.ts'
import type { Log } from '../telemetry/log.ts'

/** What others see of a class. */
type Public<Class> = Pick<Class, keyof Class>

/** All that the routes are given. */
export interface HttpDependencies {
  readonly config: HttpConfig
  readonly access: Access
  /** Who else vouches for people. */
  readonly outside: Outside
  /** People whom a trusted proxy names. */
  readonly proxies: ProxyCallers | undefined
  readonly clientOf: ClientAddress
  readonly inbox: Inbox
  readonly store: Store
  readonly flows: SaveWorld['flows']
  readonly changes: Changes
  readonly files: FileStore
  readonly manifests: Manifests
  readonly platform: Platform
  readonly saveWorld: SaveWorld
  startWorld(): StartWorld
  readonly breakers?: Breakers
  /** Limits that flows share. */
  readonly pools?: Pools
  /** Where executions of the flow are at home. */
  newId(flow?: FlowKey): string
  ask(asker: Asker): Ask
  readonly triggerDesk: Omit<Public<TriggerDesk>, 'switchedOff' | 'watch'>
  readonly reasons: TriggerReasons
  /** For schedules that are only thought of. */
  readonly holidays?: Holidays
  readonly namespaces: Pick<NamespaceSettings, 'load' | 'names' | 'find' | 'save' | 'delete' | 'variables'>
  /** What administrators have stopped. */
  readonly switches?: KillSwitches
  /** The names of those of the environment, and how others are encrypted. */
  readonly secrets: {
    readonly environmentSecrets: ReadonlyMap<string, string>
    readonly rowKeys?: RowKeys
    readonly secretRules?: SecretRules
    /** Makes another key of the server's own the first; absent where keys are configured. */
    addOwnKey?(): void
  }
  /** When workers took the jobs of an execution, by ordinal of the run: until they are settled the journal does not tell. */
  claimsOf?(executionId: string): ReadonlyMap<number, number>
  /** Looks at large executions that are in memory. */
  readonly look?: LookAtLive
  /** Large executions that were read from the store. */
  readonly large?: Pick<LargeExecutions, 'read'>
  /** What was folded of them. */
  readonly snapshots?: Pick<Snapshots, 'read' | 'isDue' | 'keep'>
  /** What charts count. */
  readonly tallies?: Pick<KeptTallies, 'tally'>
  readonly instance: {
    readonly mode: MaintenanceMode
    /** What this node tells of itself. */
    announcement(): NodeRow
    /** Of the folder of the data. */
    disk?(): Promise<DiskSpace>
  }
  /** Plays suites of flow tests. */
  rehearse?(options: RehearsalOptions): Promise<readonly SuiteResult[]>
  /** Plays a flow that need not be saved. */
  tryFlow?(options: TryOptions): Promise<Tried>
  /** Whether flows of the namespace may be seen; all may unless said. */
  seesFlow?(namespace: string): boolean
  readonly log: Log
  /** How the server is; asked of the store alone unless said. */
  readonly health?: Health
  readonly meter?: HttpMeter
  /** How long clients may take, where it is not as always. */
  readonly patience?: Partial<Patience>
}

export interface Patience {
  /** For the head of a request. */
  readonly headersMs: number
  /** Between two looks at all connections. */
  readonly lookEveryMs: number
  readonly bodies: SlowBodyLimits
}

export interface DiskSpace {
  readonly sizeBytes: number
  readonly freeBytes: number
}

/** What a server of tests need not think of. */
export type HttpGiven = Omit<HttpDependencies, 'access' | 'outside' | 'proxies' | 'clientOf'> & {
  readonly access?: Access
}

export interface HttpConfig {
  readonly host: string
  readonly port: number
  readonly tenant: string
  /** Nobody has to log in without one. */
  readonly user?: ConfiguredUser | undefined
  /** How people sign in beside the passwords of Batuta's own users; not at all unless said. */
  readonly signIn?: SignInConfig
  /** Of the passwords of users; the recommended ones unless said. */
  readonly passwordCosts?: Costs
  /** Which body to answer where dialects b and c share a path; b unless said. */
  readonly apiDialect?: ApiDialect
  /** The address that people know the server by; its host is trusted, too. */
  readonly url?: string
  /** Pages of other sites that may call; none unless said. */
  readonly cors?: readonly CorsRule[]
  /** Addresses and networks of proxies that say whom they speak for; this machine always may. */
  readonly trustedProxies?: readonly string[]
  /** Of one credential, lists counting more; 0 for no limit. */
  readonly requestsPerMinute?: number
  readonly storage?: Pick<StorageOptions, 'executionsKeptMs'>
}

/** The newest live revision of a flow, as it is kept in memory. */
export type FlowEntry = NonNullable<ReturnType<SaveWorld['flows']['newest']>>
