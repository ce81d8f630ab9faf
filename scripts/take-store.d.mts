export interface TakenStore {
  readonly store: 'sqlite' | 'postgres' | undefined
  readonly rest: readonly string[]
}

export function takeStore(given: readonly string[]): TakenStore
