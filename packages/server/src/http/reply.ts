// What a route answers, before it becomes bytes. Documents are JSON text already: nothing is serialised twice.
export type Reply =
  | {
      readonly type: 'body'
      readonly status: number
      readonly contentType: string
      readonly body: string | Uint8Array
      readonly headers?: Headers
    }
  | {
      readonly type: 'empty'
      readonly status: number
      readonly headers?: Headers
      /** Values of `Set-Cookie`: each is a line of its own. */
      readonly cookies?: readonly string[]
    }
  | {
      readonly type: 'stream'
      readonly status: number
      readonly contentType: string
      readonly chunks: AsyncIterable<Uint8Array | string>
      readonly headers?: Headers
    }

export type Headers = Readonly<Record<string, string>>

const JSON_TYPE = 'application/json'

export function json(value: unknown, status = 200): Reply {
  return { type: 'body', status, contentType: JSON_TYPE, body: textOf(value) }
}

/** What somebody sent may hold integers that are wider than JavaScript's, which JSON.stringify refuses. They are rare: asking for each would slow down all. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return JSON.stringify(value, narrowed)
  }
}

/** For JSON.stringify. */
export function narrowed(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}

/** `text` is a document that was written as JSON. */
export function jsonText(text: string, status = 200): Reply {
  return { type: 'body', status, contentType: JSON_TYPE, body: text }
}

export function plain(text: string): Reply {
  return { type: 'body', status: 200, contentType: 'text/plain; charset=utf-8', body: text }
}

export function csv(text: string): Reply {
  return { type: 'body', status: 200, contentType: 'text/csv; charset=utf-8', body: text }
}

export function empty(status: number): Reply {
  return { type: 'empty', status }
}

/** A page of documents that are JSON text. */
export function pageText(rows: readonly string[], total: number): Reply {
  return jsonText(`{"results":[${rows.join(',')}],"total":${total}}`)
}

export function listText(rows: readonly string[]): Reply {
  return jsonText(`[${rows.join(',')}]`)
}
