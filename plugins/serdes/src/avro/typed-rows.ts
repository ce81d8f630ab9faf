// Rows on their way to a file with a schema: the schema is the author's, or what the first rows agree on.
import type { RunContext, Value } from '@batuta/plugin-sdk'
import { readIonBatches } from '../ion.ts'
import { inferAvroSchema } from './infer-schema.ts'

export interface TypedRows {
  readonly schema: string
  readonly batches: AsyncIterable<readonly Value[]>
}

export async function openTypedRows(
  ctx: RunContext,
  { from, schema, numberOfRowsToScan }: { from: string; schema: string | undefined; numberOfRowsToScan: number },
): Promise<TypedRows> {
  const batches = readIonBatches(await ctx.files.open(from))
  if (schema !== undefined && schema.trim() !== '') return { schema, batches }
  const scanned: (readonly Value[])[] = []
  let count = 0
  while (count < numberOfRowsToScan) {
    const { value, done } = await batches.next()
    if (done === true) break
    scanned.push(value)
    count += value.length
  }
  const inferred = inferAvroSchema(scanned.flat().slice(0, Math.max(1, numberOfRowsToScan)))
  return { schema: inferred, batches: again(scanned, batches) }
}

async function* again(
  scanned: readonly (readonly Value[])[],
  rest: AsyncIterable<readonly Value[]>,
): AsyncGenerator<readonly Value[]> {
  yield* scanned
  yield* rest
}
