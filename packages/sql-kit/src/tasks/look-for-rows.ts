// The rows of a trigger, each once. What marks them – `afterSQL`, or a statement that changes what it reads – is committed when the execution is
// born: the commit tells the database what the engine has. A server that dies between the two leaves rows that were given and not marked. So their
// digests are written down before, and the next look, which is told that nothing was settled, passes them over and marks them with the new ones.
import { createHash } from 'node:crypto'
import { isMap, mapGet, PollFound } from '@batuta/plugin-sdk'
import type { EmitFound, RunContext, TaskOutputs, Value } from '@batuta/plugin-sdk'
import type { Portion, RowSource } from '../connection/connection.ts'
import { afterStatement, runSeveral, runStatement, statementsOf } from './run-statement.ts'
import type { OneStatement, Run } from './run-statement.ts'
import type { FetchedOutputs } from './take-rows.ts'

export interface RowSearch {
  readonly mark: Value | undefined
  readonly emit: EmitFound
  /** More outputs. */
  after(): Promise<TaskOutputs>
}

/** The mark when all is told. */
const SETTLED = 'settled'
const DIGEST_CHARS = 16
/** A word in a text or a comment only makes the look more careful. */
const CHANGES = /\b(?:insert|update|delete|merge|replace|call|exec|execute)\b/i

export async function lookForRows(
  ctx: RunContext,
  one: OneStatement,
  { run, search }: { readonly run: Run; readonly search: RowSearch },
): Promise<PollFound | TaskOutputs | undefined> {
  const texts = statementsOf(one, run.syntax)
  const afterSql = afterStatement(one.afterSql ?? '', run.syntax)
  if (afterSql === undefined && !texts.some(text => CHANGES.test(text))) {
    const outputs = await fetched(ctx, texts, run)
    return outputs.size === 0 ? undefined : { ...outputs, ...(await search.after()) }
  }
  const rows = new GivenRows(await givenBefore(ctx, search.mark), run.fetching.fetchType === 'FETCH_ONE')
  const { transaction } = run.connection
  const mark = async (): Promise<void> => {
    if (afterSql === undefined) return
    await runStatement(ctx, afterSql, { ...run, fetching: { ...run.fetching, fetchType: 'NONE' } })
  }
  const work = async (): Promise<void> => {
    const outputs = await fetched(ctx, texts, { ...run, through: source => rows.passOver(source) })
    // A failure of it undoes all, while nothing is born yet.
    if (transaction !== undefined) await mark()
    if (outputs.size > 0) {
      const given = { rows: await ctx.files.put(rows.digests(), { extension: '.txt' }) }
      await search.emit(new PollFound(given, { ...outputs, ...(await search.after()) }))
    }
    if (transaction === undefined) await mark()
  }
  await (transaction === undefined ? work() : transaction(work, { isIsolated: true }))
  return rows.hasAny || search.mark !== undefined ? new PollFound(SETTLED) : undefined
}

async function fetched(ctx: RunContext, texts: readonly [string, ...string[]], run: Run): Promise<FetchedOutputs> {
  const outputs =
    texts.length === 1 ? (await runStatement(ctx, texts[0], run)).outputs : await runSeveral(ctx, texts, run)
  ctx.metrics.counter('fetch.size', outputs.size)
  return outputs
}

/** How often each row was given to an execution whose rows may not have been marked. */
async function givenBefore(ctx: RunContext, mark: Value | undefined): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  const uri = mark !== undefined && mark !== null && isMap(mark) ? mapGet(mark, 'rows') : undefined
  if (typeof uri !== 'string') return counts
  ctx.logger.info('the rows of the last start may not be marked: those that are still there start nothing again')
  const text = await ctx.files.readText(uri)
  for (const digest of text.split('\n').filter(line => line !== '')) counts.set(digest, (counts.get(digest) ?? 0) + 1)
  return counts
}

class GivenRows {
  readonly #before: Map<string, number>
  readonly #isOne: boolean
  readonly #seen: string[] = []

  constructor(before: Map<string, number>, isOne: boolean) {
    this.#before = before
    this.#isOne = isOne
  }

  get hasAny(): boolean {
    return this.#seen.length > 0
  }

  /** Of all that this look saw: until it is settled, none of it starts anything again. */
  digests(): string {
    return this.#seen.map(digest => `${digest}\n`).join('')
  }

  async *passOver(source: RowSource): AsyncGenerator<Portion> {
    for await (const portion of source) {
      const lines = linesOf(portion)
      const places: number[] = []
      for (const [at, line] of (this.#isOne ? lines.slice(0, 1) : lines).entries()) {
        if (!this.#wasGiven(line)) places.push(at)
      }
      yield partOf(portion, lines, places)
      if (this.#isOne && lines.length > 0) return
    }
  }

  #wasGiven(line: string): boolean {
    const digest = createHash('sha256').update(line).digest('base64url').slice(0, DIGEST_CHARS)
    this.#seen.push(digest)
    const count = this.#before.get(digest) ?? 0
    if (count > 0) this.#before.set(digest, count - 1)
    return count > 0
  }
}

function linesOf(portion: Portion): readonly string[] {
  return portion
    .lines()
    .split('\n')
    .filter(line => line !== '')
}

function partOf(portion: Portion, lines: readonly string[], places: readonly number[]): Portion {
  if (places.length === portion.size) return portion
  return {
    size: places.length,
    chars: portion.chars,
    values: () => {
      const values = portion.values()
      return places.map(at => values[at] ?? null)
    },
    lines: () => places.map(at => `${lines[at]}\n`).join(''),
  }
}
