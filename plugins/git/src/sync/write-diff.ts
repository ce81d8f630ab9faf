import { fromPlain, writeRows, type RunContext } from '@batuta/plugin-sdk'

/** What changed, a row each, as a stored file. */
export async function writeDiff(ctx: RunContext, rows: readonly object[]): Promise<string> {
  return (await writeRows(ctx, rows.map(fromPlain))).uri
}
