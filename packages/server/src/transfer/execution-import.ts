// The executions of an export, line by line: a transaction holds some hundred of them, and never a part of one.
import { shardOf } from '@batuta/core'
import type { ExecutionLine } from './format.ts'
import { readLines } from './json-lines.ts'
import { importedSignalId } from './import-signal.ts'
import type { RowWriter } from './row-writer.ts'
import { HAS_EXECUTION } from './transfer.sql.ts'
import { bornMsOf, type WriteConnection } from './write-connection.ts'

type Birth = Extract<ExecutionLine, { type: 'execution' }>

const EXECUTIONS_PER_COMMIT = 200
const DAY_MS = 86_400_000
/** Older executions go where whatever has no day of its own goes. */
const DAYS_MAX = 90
/** A claim of nobody: whoever looks after lost jobs finds it, and it is started again with a new epoch. */
const NOBODY = { node: 'local', incarnation: 0 } as const

export class ExecutionImport {
  taken = 0
  passedOver = 0
  readonly #connection: WriteConnection
  readonly #rows: RowWriter
  readonly #days = new Set<number>()
  #current: Birth | undefined
  #isPassing = false
  #inCommit = 0

  constructor(connection: WriteConnection, rows: RowWriter) {
    this.#connection = connection
    this.#rows = rows
  }

  async take(path: string): Promise<void> {
    await this.#connection.begin()
    for await (const line of readLines<ExecutionLine>(path)) {
      if (line.type === 'execution') await this.#open(line)
      else if (this.#current && !this.#isPassing) await this.#add(this.#current, line)
    }
    await this.#commit()
  }

  async has(id: string): Promise<boolean> {
    const moment = this.#connection.kind === 'postgres' ? [bornMsOf(id)] : []
    return (await this.#connection.run(HAS_EXECUTION[this.#connection.kind], id, ...moment)).length > 0
  }

  async #open(line: Birth): Promise<void> {
    if (this.#inCommit >= EXECUTIONS_PER_COMMIT || !this.#days.has(dayOf(line.id))) {
      await this.#commit()
      await this.#prepareDay(line.id)
      await this.#connection.begin()
    }
    this.#current = line
    this.#isPassing = await this.has(line.id)
    if (this.#isPassing) {
      this.passedOver += 1
      return
    }
    this.taken += 1
    this.#inCommit += 1
    const { id, tenant, namespace, flowId, revision, state, createdMs, endMs, waitsFor, turn, shard } = line
    const head = [id, tenant, namespace, flowId, revision, state, createdMs, endMs, waitsFor, turn, shard]
    await this.#rows.add('executions', ...head, line.triggerId, line.triggerType, line.parentId, line.originalId)
    for (const [key, value] of line.labels) await this.#rows.add('execution_labels', id, key, value)
  }

  async #add({ id, tenant, namespace, flowId, shard }: Birth, line: Exclude<ExecutionLine, Birth>): Promise<void> {
    const rows = this.#rows
    switch (line.type) {
      case 'turn':
        return await rows.add('journal', id, line.turn, line.version, line.atMs, line.events)
      case 'log':
        return await rows.add('logs', id, tenant, namespace, flowId, line.atMs, line.levelMax, line.lines)
      case 'metric': {
        const { run, taskId, name, type, value, tags, atMs } = line.metric
        return await rows.add('metrics', id, run, taskId, name, type, value, tags, atMs)
      }
      case 'timer':
        return await rows.add('timers', id, line.name, shard, line.atMs)
      case 'job': {
        const { run, epoch, queue, rank, claimedMs, isKilled, payload } = line
        const { node, incarnation } = line.isClaimed ? NOBODY : { node: null, incarnation: null }
        const job = [id, run, epoch, shard, queue, rank, node, incarnation, claimedMs, isKilled, payload]
        return await rows.add('jobs', ...job)
      }
      case 'signal':
        return await rows.add('signals', importedSignalId(line.id), shardOf(id), id, line.body)
    }
  }

  async #prepareDay(id: string): Promise<void> {
    if (this.#days.size < DAYS_MAX) await this.#connection.prepareDay(bornMsOf(id))
    this.#days.add(dayOf(id))
  }

  async #commit(): Promise<void> {
    await this.#rows.flush()
    await this.#connection.commit()
    this.#inCommit = 0
  }
}

function dayOf(id: string): number {
  return Math.floor(bornMsOf(id) / DAY_MS)
}
