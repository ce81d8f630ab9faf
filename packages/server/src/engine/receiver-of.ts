// Whoever waits for what becomes of a signal.
import { trust, type Signal } from '@batuta/core'
import type { Receipt } from '../inbox/inbox.ts'
import type { Pending } from './entity.ts'
import type { RowMemory } from './row-memory.ts'
import { weighSignal } from './weigh-signal.ts'

interface Waiting<T> {
  resolve(receipt: Receipt<T>): void
  reject(error: Error): void
}

/** Undefined when the signal comes from a row that was taken already. */
export function receiverOf<T>(
  signal: Signal,
  { rowId, rows }: { readonly rowId: string | undefined; readonly rows: RowMemory },
  { resolve, reject }: Waiting<T>,
): Pending['settle'] | undefined {
  const bytes = weighSignal(signal)
  const tell = trust<Pending['settle']['resolve']>(resolve)
  if (rowId === undefined) return { bytes, resolve: tell, reject }
  if (!rows.begin(rowId)) return undefined
  return {
    bytes,
    resolve: receipt => {
      rows.end(rowId, true)
      tell(receipt)
    },
    reject: error => {
      rows.end(rowId, false)
      reject(error)
    },
  }
}
