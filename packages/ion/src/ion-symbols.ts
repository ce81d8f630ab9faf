// The symbols of a binary file: it defines them in tables before it uses them by number.
import { isList, isMap, mapGet } from '@batuta/core'
import type { Value } from '@batuta/core'
import { IonError } from './ion-error.ts'

const SYSTEM: readonly (string | undefined)[] = [
  undefined,
  '$ion',
  '$ion_1_0',
  '$ion_symbol_table',
  'name',
  'version',
  'imports',
  'symbols',
  'max_id',
  '$ion_shared_symbol_table',
]
export const SYMBOL_TABLE = '$ion_symbol_table'
const SYMBOLS_MAX = 1_000_000

export class IonSymbols {
  #names: (string | undefined)[] = [...SYSTEM]

  reset(): void {
    this.#names = [...SYSTEM]
  }

  /** The text of a symbol; `$12` when the table that defines it is not in the file. */
  text(id: number): string {
    if (id >= this.#names.length) throw new IonError(`not Ion: the symbol ${id} is not in the table of symbols`)
    return this.#names[id] ?? `$${id}`
  }

  /** Takes in a table: a new one, or one that adds to the table so far. */
  define(table: Value): void {
    if (!isMap(table)) return
    const imports = mapGet(table, 'imports')
    if (imports !== SYMBOL_TABLE) this.reset()
    if (imports !== undefined && isList(imports)) for (const one of imports) this.#reserve(one)
    const symbols = mapGet(table, 'symbols')
    if (symbols === undefined || !isList(symbols)) return
    for (const symbol of symbols) this.#names.push(typeof symbol === 'string' ? symbol : undefined)
    if (this.#names.length > SYMBOLS_MAX) throw new IonError(`the file defines more than ${SYMBOLS_MAX} symbols`)
  }

  /** Symbols of a shared table, which we do not have: they keep their numbers. */
  #reserve(table: Value): void {
    const maxId = isMap(table) ? mapGet(table, 'max_id') : undefined
    if (typeof maxId !== 'number' || maxId < 0 || maxId > SYMBOLS_MAX) return
    for (let id = 0; id < maxId; id++) this.#names.push(undefined)
  }
}
