// The store in memory: the reference that the other drivers are compared with, the ground of the simulator, and what tests of the engine
// run on. It keeps the same promises but durability: a batch is checked whole before anything of it is written.
import type { Store } from '../store.ts'
import { flushInMemory } from './flush.ts'
import { performInMemory } from './perform.ts'
import { readsOf } from './reads.ts'
import type { Tables } from './tables.ts'

/** `tables` outlive the store object: a second store over them is a restart. */
export function openMemoryStore(tables: Tables, nowMs: () => number): Store {
  return {
    kind: 'memory',
    flush: async batch => flushInMemory(tables, batch, nowMs()),
    perform: async (name, args) => performInMemory(tables, name, args),
    read: readsOf(tables),
    close: async () => {},
  }
}
