// The files of a run: those that loops go over say by their name how many lines they have. What is asked of them takes its time and may fail, as all does
// that is asked of a store.
import type { FileStore } from '@batuta/plugin-sdk'
import type { Store } from '../../packages/server/src/storage/store.ts'
import { NAMESPACE } from './random-flow.ts'

export function openSimulatedFiles(store: Store): FileStore {
  const ask = (): Promise<unknown> => store.read.listKeys('main', NAMESPACE)
  return {
    put: async uri => {
      await ask()
      return { uri, sizeBytes: 0, modifiedMs: 0 }
    },
    open: async uri => {
      await ask()
      return bytesOf(linesIn(uri))
    },
    find: async () => undefined,
    delete: async () => false,
    async *list() {},
    deleteFolder: async () => [],
  }
}

/** `kestra:///items/3` has three. */
export function linesIn(uri: string): readonly string[] {
  const count = Number(uri.slice(uri.lastIndexOf('/') + 1))
  return Array.from({ length: count }, (_, line) => `line-${line}`)
}

async function* bytesOf(lines: readonly string[]): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(lines.map(line => `${line}\n`).join(''))
}
