// A server that runs for weeks has the partitions of the next days before they are needed.
import type { History } from '../storage/history.ts'
import type { Round } from './maintenance.ts'

const EVERY_MS = 600_000

export interface MakeDaysOptions {
  readonly history: History
  nowMs(): number
  onNotice(message: string): void
}

export function makeDays({ history, nowMs, onNotice }: MakeDaysOptions): Round {
  const run = async (): Promise<void> => {
    if (await history.prepareDays(nowMs())) return
    onNotice('the partitions of the next days could not be made: other sessions hold the tables; it is tried again')
  }
  return { name: 'make days', everyMs: EVERY_MS, canWait: true, run }
}
