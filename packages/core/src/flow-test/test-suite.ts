// A suite of tests of one flow, as a YAML file tells it: cases with fixtures, which stand in for the world, and assertions about what comes out.
import type { Value, ValueMap } from '../std/value.ts'

export interface TestSuite {
  readonly id: string
  readonly namespace: string
  readonly flowId: string
  readonly description?: string
  readonly disabled: boolean
  /** The flow is saved only while this suite succeeds. Batuta's own. */
  readonly required: boolean
  readonly testCases: readonly TestCase[]
}

export interface TestCase {
  readonly id: string
  /** Where it stands in the document, e.g. `testCases[0]`. */
  readonly path: string
  readonly description?: string
  readonly disabled: boolean
  readonly fixtures: Fixtures
  readonly assertions: readonly Assertion[]
  /** How the execution must end; without it, SUCCESS or WARNING, unless an assertion asks for the state. */
  readonly expectedState?: string
}

export interface Fixtures {
  /** May hold expressions: `files` is known to them. */
  readonly inputs: ValueMap
  /** By name: their contents. */
  readonly files: ReadonlyMap<string, string>
  readonly tasks: readonly TaskFixture[]
  readonly trigger?: TriggerFixture
  /** The key-value store of the namespace. Batuta's own, as `secrets`. */
  readonly kv: ValueMap
  readonly secrets: ReadonlyMap<string, string>
}

/** What a task puts out instead of running. Of several for one task each attempt takes the next, and the last stays. */
export interface TaskFixture {
  readonly id: string
  /** Of one iteration only. */
  readonly value?: string
  readonly state: FixtureState
  readonly outputs: ValueMap
}

export type FixtureState = 'SUCCESS' | 'WARNING' | 'FAILED' | 'KILLED' | 'CANCELLED'
export const FIXTURE_STATES: readonly FixtureState[] = ['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED']

/** The trigger that is said to have started the execution. */
export interface TriggerFixture {
  readonly id: string
  readonly type?: string
  readonly variables: ValueMap
}

export const OPERATORS = [
  ...(['equalTo', 'notEqualTo', 'contains', 'startsWith', 'endsWith', 'greaterThan', 'greaterThanOrEqualTo'] as const),
  ...(['lessThan', 'lessThanOrEqualTo', 'in', 'notIn', 'isNull', 'isNotNull'] as const),
] as const

export type Operator = (typeof OPERATORS)[number]

export interface Assertion {
  readonly path: string
  /** Rendered when the execution has ended. */
  readonly value: Value
  /** Rendered as this task sees the context. */
  readonly taskId?: string
  readonly description?: string
  readonly errorMessage?: string
  readonly checks: readonly { readonly operator: Operator; readonly expected: Value }[]
}
