// What a turn is given besides state and plan: time, chance and the catalogue, as arguments, so that the same turn on the same state
// decides the same in the simulator, in production and on every node.
import type { Fuel } from '../expression/fuel.ts'
import type { Label } from '../flow/flow.ts'
import type { Value, ValueMap } from '../std/value.ts'
import type { Birth, Signal } from './event.ts'
import type { Admission } from './gate.ts'
import type { ExecutionState } from './state.ts'
import type { TurnSecrets } from './turn-secrets.ts'

export interface TurnEnv {
  readonly nowMs: number
  readonly zone: string
  readonly locale: string
  readonly fuel: Fuel
  random(): number
  /** Roots that come from the configuration: `envs`, `globals`, `kestra`. */
  readonly configuredRoots: ReadonlyMap<string, Value>
  /** Encrypts the plain text of a SECRET output; absent where no key is configured. */
  encrypt?(plain: string): Value
  /** Opens encrypted values for one turn; absent where no key is configured. */
  openSecrets?(): TurnSecrets
  /** What was opened in this turn so far. */
  secrets?: TurnSecrets | undefined
  /** A new id where executions of the flow are at home, or on the shard of the execution. */
  newId(flow: FlowName): string
  /** What the limits of an execution say to its start; undefined when it has none. */
  admit?(state: ExecutionState): Admission | undefined
  /** Finds the flow of a subflow and resolves its inputs; a problem is told as text. */
  prepareChild(request: ChildRequest): PreparedChild
}

export interface FlowName {
  readonly tenant: string
  readonly namespace: string
  readonly flowId: string
}
/** `isAsking`: it takes what no turn may wait for, a key or a flow that is not in memory; the evaluator does it outside. */
export type PreparedChild = { readonly birth: Birth } | { readonly problem: string } | { readonly isAsking: true }

export interface ChildRequest {
  readonly tenant: string
  readonly namespace: string
  readonly flowId: string
  readonly revision?: number
  readonly inputs: ValueMap
  /** Of the task; they win over those of the flow. */
  readonly labels: readonly Label[]
  /** Of the parent; those of the flow win over them. */
  readonly inherited: readonly Label[]
  readonly scheduledMs?: number
  readonly trigger: NonNullable<Birth['trigger']>
}

export type SignalOf<Type extends Signal['type']> = Extract<Signal, { type: Type }>
