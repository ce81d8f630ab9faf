// How the server speaks to identity providers: no redirects, answers of a bounded size. Time is bounded by who asks.
const ANSWER_BYTES_MAX = 2 ** 20

export interface BoundedInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: ArrayBuffer | null | ReadableStream | string | Uint8Array | undefined | URLSearchParams
  readonly redirect?: 'manual'
  readonly signal?: AbortSignal | undefined
}

export async function boundedFetch(url: string, init: BoundedInit): Promise<Response> {
  const { method, headers, body, signal } = init
  const sent = body instanceof Uint8Array ? Buffer.from(body) : body
  const response = await fetch(url, {
    method,
    headers,
    redirect: 'manual',
    ...(sent === undefined ? {} : { body: sent }),
    ...(signal === undefined ? {} : { signal }),
  })
  const bytes = await readBounded(response)
  return new Response(bytes.length === 0 ? null : bytes, { status: response.status, headers: response.headers })
}

async function readBounded(response: Response): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > ANSWER_BYTES_MAX) throw new TypeError(`the answer has more than ${ANSWER_BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}
