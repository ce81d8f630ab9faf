// What a simulated node is made of, and where its notices go.
import type { Pools } from '../../packages/server/src/flows/pools.ts'
import type { Inbox } from '../../packages/server/src/inbox/inbox.ts'
import type { Role } from '../../packages/server/src/storage/cluster.ts'
import type { Tables } from '../../packages/server/src/storage/memory/tables.ts'
import type { Store } from '../../packages/server/src/storage/store.ts'
import type { Chance } from './chance.ts'
import type { Faults } from './faults.ts'
import { count, type Ledger } from './ledger.ts'
import type { Process } from './process.ts'
import type { SimulatedHostOptions } from './simulated-host.ts'
import type { World } from './world.ts'

export interface NodeOptions {
  /** Its name and its roles; the same after every start. */
  readonly name: string
  readonly roles: readonly Role[]
  readonly world: World
  readonly chance: Chance
  readonly process: Process
  readonly store: Store
  readonly ledger: Ledger
  readonly isSwept: boolean
  /** What is kept, for those who judge. */
  readonly tables: Tables
  /** Limits that flows share. */
  readonly pools: Pools
  faults(): Faults
  onStart: SimulatedHostOptions['onStart']
  /** Puts something between the engine and those who talk to it. */
  wrapInbox(inbox: Inbox): Inbox
  onFatal(error: Error): void
}

/** What is noted as a finding: only what must never happen, whatever is broken around it. */
export function noticeOf(ledger: Ledger): (message: string, error?: unknown) => void {
  return (message, error) => {
    const isMistake = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
    const isTold = /threw|is held|cannot be read/.test(message) && !/store does not answer/.test(String(error))
    if (isMistake || isTold)
      ledger.findings.push(`${message}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    count(ledger, 'notices')
  }
}
