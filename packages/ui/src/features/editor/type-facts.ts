// What is known about a type: by the language of flows, and by the server that has it installed.
import type { TypeDescription } from './language/language-messages.ts'

export interface PropertyDoc {
  readonly description?: string | undefined
  readonly default?: unknown
  readonly choices?: readonly string[] | undefined
  readonly isRequired: boolean
}

export interface TypeFacts {
  readonly description: TypeDescription | undefined
  readonly docs: ReadonlyMap<string, PropertyDoc>
  readonly text: string
}
