// Who asks the world, and what there is to be asked.
import type { FlowCatalogue } from '../flows/flow-catalogue.ts'
import type { TriggerDesk } from '../flows/trigger-desk.ts'
import type { Snapshots } from '../flows/snapshots.ts'
import type { Dialect, Value, ValueMap } from '@batuta/core'
import type { FileStore } from '@batuta/plugin-sdk'
import type { Inbox } from '../inbox/inbox.ts'
import type { NamedManager } from '../secrets/secret-sources.ts'
import type { RowKeys } from '../secrets/row-keys.ts'
import type { SecretRules } from '../secrets/secret-rules.ts'
import type { FlowSaver } from './flow-room.ts'
import type { FlowKey, Store } from '../storage/store.ts'

export interface Asker {
  readonly tenant: string
  readonly namespace: string
  readonly flowId: string
  readonly executionId: string
  /** Of the task that asks; absent where none does. */
  readonly taskType?: string
  /** Of the flow; 1 unless said. */
  readonly dialect?: Dialect
}

export interface AnswerWorld {
  readonly store: Store
  readonly files: FileStore
  readonly flows: { all(): Iterable<FlowKey>; readonly loadPlan?: FlowCatalogue['loadPlan'] }
  /** What was folded of large executions. */
  readonly snapshots?: Pick<Snapshots, 'read'>
  /** By which people know this server; links begin with it. */
  readonly url?: string
  /** By their names in upper case. */
  readonly environmentSecrets: ReadonlyMap<string, string>
  readonly managers?: readonly NamedManager[]
  readonly secretRules?: SecretRules
  nowMs(): number
  /** What secrets that are kept here are encrypted with; absent where no key is configured. */
  readonly rowKeys?: RowKeys
  /** Makes another key of the server's own the first; absent where keys are configured. */
  addOwnKey?(): void
  /** Opens an encrypted text; absent where no key is configured. */
  decrypt?(cipher: string): string
  /** How flows are saved. */
  readonly saver?: FlowSaver
  readonly triggers?: Pick<TriggerDesk, 'setDisabled'>
  encrypt?(plain: string): Value
  /** Where commands to executions go. */
  readonly inbox?: Inbox
}

export type Answer = (world: AnswerWorld, args: ValueMap, asker: Asker) => Promise<Value>
export type Answers = Readonly<Record<string, Answer>>
