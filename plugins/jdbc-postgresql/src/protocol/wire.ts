import { TaskError } from '@batuta/plugin-sdk'
import type { Connection } from 'pg'
import type { Duplex } from 'node:stream'
import type { EventEmitter } from 'node:events'

/** The driver's connection as it is; its published types have texts where the protocol has numbers. */
export interface Wire extends EventEmitter {
  readonly stream: Duplex
  parse(message: { readonly name: string; readonly text: string; readonly types: readonly number[] }): void
  bind(message: {
    readonly portal: string
    readonly statement: string
    readonly values: readonly (string | null)[]
  }): void
  describe(message: { readonly type: 'S' | 'P'; readonly name: string }): void
  execute(message: { readonly portal: string; readonly rows: number }): void
  close(message: { readonly type: 'S' | 'P'; readonly name: string }): void
  flush(): void
  sync(): void
  sendCopyFail(reason: string): void
}

export function wireOf(connection: Connection): Wire {
  if (!isWire(connection)) throw new TaskError('the PostgreSQL driver is not the one that this plugin was made for')
  return connection
}

function isWire(connection: object): connection is Wire {
  return METHODS.every(name => typeof Reflect.get(connection, name) === 'function')
}

const METHODS = ['parse', 'bind', 'describe', 'execute', 'close', 'flush', 'sync', 'sendCopyFail']
