import type { Chooser } from '../lib/actions.ts'
import type { IconName } from '../widgets/icon.tsx'

/** One line of the palette. */
export interface Entry {
  readonly id: string
  readonly title: string
  readonly hint?: string | undefined
  readonly section: string
  readonly icon?: IconName
  readonly keys?: string | undefined
  readonly why?: string | undefined
  /** Asks on, within the palette. */
  readonly choose?: Chooser | undefined
  run(): void
}
