// A connection to a real server that fails where a test wants it to.
import { callbackify } from 'node:util'
import { Client, type ClientConfig } from 'pg'
import type { Fault, Faults } from '../../testing/faults.ts'

type Ask = (...args: readonly unknown[]) => unknown
type Callback = (error: Error | null, result: unknown) => void

/** Whether a connection has to be made ready first depends on what failed before: that is not counted. */
const MAKING_READY = 'select pg_is_in_recovery()'

export function failingClient(faults: Faults): typeof Client {
  return class FailingClient extends Client {
    constructor(config?: string | ClientConfig) {
      super(config)
      const ask = this.query.bind(this) as Ask
      // The pool asks by callback, everybody else by promise; the types of the original know a dozen forms.
      const query: Ask = (...args) => {
        const how = String(args[0]).startsWith(MAKING_READY) ? undefined : faults.next()
        if (how === undefined) return ask(...args)
        const callback = args.find(arg => typeof arg === 'function')
        const rest = args.filter(arg => arg !== callback)
        const fail = async (): Promise<unknown> => await this.#fail(how, ask, rest)
        return callback ? callbackify(fail)(callback as Callback) : fail()
      }
      Object.assign(this, { query })
    }

    async #fail(how: Fault, ask: Ask, args: readonly unknown[]): Promise<unknown> {
      switch (how) {
        case 'lost-before':
          this.#cut()
          return await ask(...args)
        case 'lost-after':
          await ask(...args)
          this.#cut()
          throw new Error('Connection terminated unexpectedly')
        case 'passing':
          return await ask(raise('40P01'))
        case 'full':
          return await ask(raise('53100'))
      }
    }

    #cut(): void {
      const { connection } = this as unknown as { readonly connection: { readonly stream: { destroy(): void } } }
      connection.stream.destroy()
    }
  }
}

/** As the server itself refuses: the transaction is spoilt from then on. */
function raise(state: string): string {
  return `do $$ begin raise exception 'refused' using errcode = '${state}'; end $$`
}
