// A batch for clients that run one statement at a time.
import type { Value } from '@batuta/plugin-sdk'
import type { Zone } from '@batuta/ion'
import { BadRow } from '../connection/connection.ts'
import type { BatchDoor } from '../connection/connection.ts'
import { numberPlaceholders } from '../syntax/placeholders.ts'
import { quoteExact, quoteWritten } from '../syntax/quote-name.ts'
import type { SqlSyntax } from '../syntax/sql-syntax.ts'

export interface WholeBatch {
  readonly syntax: SqlSyntax
  readonly place: (number: number) => string
  columnsOf(table: string): Promise<readonly string[]>
  /** Gives the number of rows changed. */
  change(sql: string, values: readonly Value[], zone: Zone): Promise<number>
}

export function wholeBatch({ syntax, place, columnsOf, change }: WholeBatch): BatchDoor {
  return {
    columnsOf,
    quoteExact: name => quoteExact(name),
    quoteWritten: name => quoteWritten(name),
    prepare: (written, zone) => {
      const { text, count } = numberPlaceholders(written, syntax, place)
      const run = async (rows: readonly (readonly Value[])[]): Promise<number> => {
        let updated = 0
        for (const [index, row] of rows.entries()) {
          try {
            updated += await change(text, row, zone)
          } catch (error) {
            throw new BadRow(index, error)
          }
        }
        return updated
      }
      return Promise.resolve({ count, run, close: () => Promise.resolve() })
    },
  }
}
