// What a node does before it takes anything new: attempts that an earlier incarnation had out are lost, signals that were stored are taken,
// executions that could go on by themselves do. Everything else waits for a row that is still there.
import { decodeValue, trust, type Signal } from '@batuta/core'
import type { Store } from '../storage/store.ts'
import type { Engine } from './engine.ts'

const PAGE = 500

export interface RecoverOptions {
  readonly store: Store
  readonly engine: Engine
  readonly node: { readonly node: string; readonly incarnation: number }
  onNotice(message: string, error?: unknown): void
}

export async function recover(options: RecoverOptions): Promise<void> {
  await takeSignals(options)
  await loseJobs(options)
  await wakeReady(options)
}

async function takeSignals({ store, engine }: RecoverOptions): Promise<void> {
  for (let after = ''; ;) {
    const rows = await store.read.listSignals(after, PAGE)
    await Promise.all(rows.map(row => engine.submit(trust<Signal>(decodeValue(row.body)), { rowId: row.id })))
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return
    after = last.id
  }
}

async function loseJobs({ store, engine, node, onNotice }: RecoverOptions): Promise<void> {
  for (let count = 0; ;) {
    const jobs = await store.read.listLostJobs(node.node, node.incarnation, PAGE)
    await Promise.all(
      jobs.map(({ executionId, run, epoch }) => engine.submit({ type: 'lost', executionId, run, epoch })),
    )
    count += jobs.length
    if (jobs.length > 0) continue
    if (count > 0) onNotice(`${count} jobs were running when the server went down: they start again`)
    return
  }
}

async function wakeReady({ store, engine }: RecoverOptions): Promise<void> {
  for (let after = ''; ;) {
    const ids = await store.read.listReady(after, PAGE)
    for (const id of ids) engine.wake(id)
    await engine.drain()
    const last = ids.at(-1)
    if (last === undefined || ids.length < PAGE) return
    after = last
  }
}
