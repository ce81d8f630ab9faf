// The embedded store: one file in WAL mode. Small batches are committed by the main thread, so that an idle server has no second thread;
// large ones go to the database thread, which also checkpoints, so that the fsync and the copy of pages never stall the event loop.
import { DatabaseSync } from 'node:sqlite'
import { sizeOf, type Batch } from '../batch.ts'
import { expectUpToDate } from '../sql/migrations.ts'
import { readsOf } from '../sql/reads.ts'
import type { FlushReceipt, Operations, Store } from '../store.ts'
import { foldLog, prepareCheckpoint } from './checkpoint.ts'
import { startFlushThread, type FlushThread } from './flush-thread-client.ts'
import { prepareFlush } from './flush.ts'
import { migrate, planFor } from './migrate.ts'
import { openDatabase, type Durability } from './open.ts'
import { prepareShrink } from './shrink.ts'
import { SQLITE, performIn, prepareStatements } from './perform.ts'

/** Batches up to this many rows are committed by the main thread. */
const MAIN_THREAD_ROWS_MAX = 24
const RELAXED =
  'DURABILITY IS RELAXED (database.durability): a crash of the machine may lose the last seconds of what was acknowledged.'

export interface SqliteOptions {
  readonly file: string
  readonly nowMs: () => number
  /** The script of the database thread. */
  readonly threadUrl: URL
  /** full unless said. */
  readonly durability?: Durability
  /** False leaves it to `batuta migrate` to bring the tables up to date. */
  readonly isMigrating?: boolean
  /** Tests put a database in that fails. */
  readonly Database?: typeof DatabaseSync
  /** Told of what the operator should know. */
  onNotice?(message: string): void
}

export function openSqliteStore(options: SqliteOptions): Store {
  const { file, nowMs, threadUrl, durability = 'full', isMigrating = true, onNotice } = options
  const db = openDatabase(file, durability, options.Database ?? DatabaseSync)
  if (durability === 'relaxed') onNotice?.(RELAXED)
  if (isMigrating) migrate(db)
  else expectUpToDate(planFor(db))
  const writeHere = prepareFlush(db)
  const run = prepareStatements(db)
  const checkpoint = prepareCheckpoint(db, file)
  const shrink = prepareShrink(db)
  let thread: FlushThread | undefined
  /** The flush that the database thread is at. */
  let inFlight: Promise<unknown> = Promise.resolve()
  let mainFlushes = 0
  const flush = async (batch: Batch): Promise<FlushReceipt> => {
    if (sizeOf(batch) <= MAIN_THREAD_ROWS_MAX) {
      const receipt = writeHere(batch, nowMs())
      if (++mainFlushes % CHECKPOINT_EVERY === 0) checkpoint()
      return receipt
    }
    thread ??= startFlushThread(threadUrl, { file, durability }, nowMs)
    const flushed = thread.flush(batch)
    inFlight = flushed.catch(() => undefined)
    return await flushed
  }
  return {
    kind: 'sqlite',
    flush,
    perform: async (name, args) => {
      if (!CAN_WAIT.has(name)) return performIn(db, run, { name, args })
      await inFlight
      const result = performIn(db, run, { name, args })
      if (name === 'purgeExecutions') shrink()
      // The parts of a large snapshot would fill the log before a flush looks at it.
      else checkpoint()
      return result
    },
    read: readsOf(async (text, values) => run({ text, values }), SQLITE),
    close: async () => {
      await thread?.stop()
      closeDatabase(db)
    },
  }
}

const CHECKPOINT_EVERY = 256

/** They come between two flushes, so that the main thread does not stand still for one. */
const CAN_WAIT: ReadonlySet<keyof Operations> = new Set(['purgeExecutions', 'saveSnapshotPart'])

function closeDatabase(db: DatabaseSync): void {
  foldLog(db, 'truncate')
  db.close()
}
