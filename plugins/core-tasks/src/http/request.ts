import type { Readable } from 'node:stream'
import { defineTask, p, TaskError } from '@batuta/plugin-sdk'
import { httpProperties } from './http-properties.ts'
import type { HttpSettings } from './http-settings.ts'
import { renderAndSend } from './prepare-request.ts'

const CONTENT_MAX_BYTES = 10 * 1024 * 1024

export const request = defineTask({
  type: 'io.kestra.plugin.core.http.Request',
  aliases: ['io.kestra.plugin.fs.http.Request'],
  title: 'Send an HTTP request and keep the response as an output.',
  description:
    'The body is kept as text; read JSON with `fromJson(outputs.id.body)` or the filter `jq`. For files use Download, which streams.',
  properties: {
    ...httpProperties,
    encryptBody: p.boolean().dynamic().default(false).title('Not supported yet: the body is kept as it is.'),
  },
  outputs: [
    { name: 'uri', type: 'uri', description: 'Where the request was sent.' },
    { name: 'code', type: 'int', description: 'The response code.' },
    { name: 'headers', type: 'map<string[]>', description: 'The headers of the response.' },
    { name: 'body', type: 'any', description: 'The body as text.' },
    { name: 'encryptedBody', type: 'EncryptedString', description: 'Not filled yet.' },
    { name: 'formData', type: 'map<any>', description: 'Not filled yet.' },
  ],
  examples: [
    { title: 'Read a resource.', code: 'uri: https://example.com/products' },
    { title: 'Send JSON.', code: 'uri: https://example.com/orders\nmethod: POST\nbody: "{{ outputs.order.value }}"' },
  ],
  async run(ctx, props) {
    if (await props.encryptBody.render()) {
      ctx.logger.warn('encryptBody is not supported yet: the body is kept as it is')
    }
    const { request, response, settings } = await renderAndSend(ctx, props)
    try {
      const body = await readText(response.body, charsetOf(response.headers, settings), settings)
      if (settings.logs.includes('RESPONSE_BODY')) ctx.logger.debug(body)
      return { uri: request.url.href, code: response.code, headers: response.headers, body }
    } finally {
      await response.close()
    }
  },
})

async function readText(stream: Readable, charset: string, settings: HttpSettings): Promise<string> {
  const limit = settings.contentMaxBytes ?? CONTENT_MAX_BYTES
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > limit) {
      throw new TaskError(`the response has more than ${limit} bytes; raise options.maxContentLength or use Download`)
    }
  }
  return decode(Buffer.concat(chunks), charset)
}

function decode(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new TaskError(`the response is no text in ${charset}; use Download for files`, { cause })
  }
}

function charsetOf(headers: Readonly<Record<string, readonly string[]>>, settings: HttpSettings): string {
  return /charset="?([^\s;"]+)/i.exec(headers['content-type']?.[0] ?? '')?.[1] ?? settings.charset
}
