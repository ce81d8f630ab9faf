// A client of Kestra's: how it is had, and the calls that it makes against an address.
export interface ClientCase {
  readonly name: string
  readonly dialect: string
  /** Answers with the program and arguments that make the calls against an address. */
  install(folder: string): Promise<(address: string) => readonly [string, readonly string[]]>
  /** Calls that fail by the client's own fault, or because what they are about is not here. */
  readonly explained?: Readonly<Record<string, string>>
  /** The same for whole families of calls. */
  readonly explainedAll?: readonly (readonly [RegExp, string])[]
}

export interface CallReport {
  readonly call: string
  readonly ok?: boolean
  readonly error?: string
  readonly skipped?: string
}

/** It cannot be had here: no failure, but said. */
export class NotToBeHad extends Error {}
