// What other nodes say about namespaces, policies included: read again every few seconds, where there are others.
import type { Round } from './maintenance.ts'

const EVERY_MS = 5_000

export function readNamespaces(...said: readonly { load(): Promise<void> }[]): Round {
  const run = async (): Promise<void> => {
    for (const each of said) await each.load()
  }
  return { name: 'read namespaces', everyMs: EVERY_MS, run }
}
