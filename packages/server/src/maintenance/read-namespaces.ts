// What other nodes say about namespaces: read again every few seconds, where there are others.
import type { Round } from './maintenance.ts'

const EVERY_MS = 5_000

export function readNamespaces(settings: { load(): Promise<void> }): Round {
  return { name: 'read namespaces', everyMs: EVERY_MS, run: async () => await settings.load() }
}
