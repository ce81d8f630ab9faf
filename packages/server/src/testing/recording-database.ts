// Databases that keep the texts of what they are asked: what came from outside must never be among them.
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { Client, type ClientConfig } from 'pg'

export function recordingDatabase(texts: Set<string>): typeof DatabaseSync {
  return class RecordingDatabase extends DatabaseSync {
    override exec(sql: string): void {
      texts.add(sql)
      super.exec(sql)
    }

    override prepare(sql: string): StatementSync {
      texts.add(sql)
      return super.prepare(sql)
    }
  }
}

type Ask = (...args: readonly unknown[]) => unknown

export function recordingClient(texts: Set<string>): typeof Client {
  return class RecordingClient extends Client {
    constructor(config?: string | ClientConfig) {
      super(config)
      const ask = this.query.bind(this) as Ask
      const query: Ask = (...args) => {
        const [first] = args
        texts.add(typeof first === 'object' && first !== null && 'text' in first ? String(first.text) : String(first))
        return ask(...args)
      }
      Object.assign(this, { query })
    }
  }
}
