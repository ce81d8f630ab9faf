// Prepares a statement under a name and learns what types its parameters have.
import type { Connection, Submittable } from 'pg'
import { wireOf } from './wire.ts'

export class DescribeQuery implements Submittable {
  readonly types: Promise<readonly number[]>
  readonly #name: string
  readonly #text: string
  #oids: readonly number[] = []
  #resolve: (oids: readonly number[]) => void = () => undefined
  #reject: (error: Error) => void = () => undefined

  constructor(name: string, text: string) {
    this.#name = name
    this.#text = text
    this.types = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  submit(connection: Connection): void {
    const wire = wireOf(connection)
    wire.once('parameterDescription', (message: { readonly dataTypeIDs: readonly number[] }) => {
      this.#oids = message.dataTypeIDs
    })
    wire.parse({ name: this.#name, text: this.#text, types: [] })
    wire.describe({ type: 'S', name: this.#name })
    wire.sync()
  }

  handleRowDescription(): void {
    // What the statement returns does not matter here.
  }

  handleReadyForQuery(): void {
    this.#resolve(this.#oids)
  }

  handleError(error: Error): void {
    this.#reject(error)
  }
}
