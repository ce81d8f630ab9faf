// Runs a prepared statement once per row of parameters, all in one message to the server: what JDBC calls a batch.
import type { Connection, Submittable } from 'pg'
import { wireOf } from './wire.ts'

export class BatchQuery implements Submittable {
  /** Settles with the number of rows that the statements changed. */
  readonly updated: Promise<number>
  /** How many of the statements have ended well. */
  succeeded = 0
  readonly #name: string
  readonly #rows: readonly (readonly (string | null)[])[]
  #count = 0
  #resolve: (updated: number) => void = () => undefined
  #reject: (error: Error) => void = () => undefined

  constructor(name: string, rows: readonly (readonly (string | null)[])[]) {
    this.#name = name
    this.#rows = rows
    this.updated = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  submit(connection: Connection): void {
    const wire = wireOf(connection)
    wire.stream.cork()
    for (const row of this.#rows) {
      wire.bind({ portal: '', statement: this.#name, values: row })
      wire.execute({ portal: '', rows: 0 })
    }
    wire.sync()
    wire.stream.uncork()
  }

  handleDataRow(): void {
    // Rows that `returning` gives have nowhere to go.
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.succeeded++
    this.#count += Number(/\d+$/.exec(text)?.[0] ?? 0)
  }

  handleEmptyQuery(): void {
    this.succeeded++
  }

  handleReadyForQuery(): void {
    this.#resolve(this.#count)
  }

  handleError(error: Error): void {
    this.#reject(error)
  }
}
