// Reads a stream of server-sent events: what `follow` routes answer.

/** What the client needs of a streamed body; both `fetch` of browsers and of Node have it. */
export interface ByteStream {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
    cancel(): Promise<void>
  }
}

export interface ServerEvent {
  readonly id: string
  readonly data: string
}

/** A longer event than this is no event of ours. */
const EVENT_LENGTH_MAX = 64 * 2 ** 20

export async function* readEvents(
  body: ByteStream,
  decoder: { decode(bytes: Uint8Array, options: { readonly stream: boolean }): string },
): AsyncGenerator<ServerEvent> {
  const reader = body.getReader()
  let pending = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      pending += decoder.decode(value ?? new Uint8Array(0), { stream: true }).replaceAll('\r', '')
      if (pending.length > EVENT_LENGTH_MAX) throw new Error(`an event is longer than ${EVENT_LENGTH_MAX} characters`)
      const parts = pending.split('\n\n')
      pending = parts.pop() ?? ''
      yield* parts.flatMap(parseEvent)
    }
  } finally {
    await reader.cancel()
  }
}

/** Comments, which keep a quiet stream open, are no events. */
function parseEvent(text: string): readonly ServerEvent[] {
  let id = ''
  const data: string[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('id:')) id = line.slice(3).trim()
    if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''))
  }
  return data.length === 0 ? [] : [{ id, data: data.join('\n') }]
}
