import { extname } from 'node:path'
import type { Readable } from 'node:stream'
import { defineTask, messageOf, p, TaskError } from '@batuta/plugin-sdk'
import type { FileName } from '@batuta/plugin-sdk'
import { httpProperties } from './http-properties.ts'
import { renderAndSend, urlText } from './prepare-request.ts'

export const download = defineTask({
  type: 'io.kestra.plugin.core.http.Download',
  aliases: ['io.kestra.plugin.fs.http.Download'],
  title: 'Download a file into internal storage.',
  properties: {
    ...httpProperties,
    failOnEmptyResponse: p.boolean().dynamic().default(true).title('Fail when the response has no bytes.'),
    saveAs: p.string().dynamic().title('Name of the file; by default the one that the server or the address gives.'),
  },
  outputs: [
    { name: 'uri', type: 'uri', description: 'The stored file.' },
    { name: 'code', type: 'int', description: 'The response code.' },
    { name: 'length', type: 'long', description: 'Bytes of the file.' },
    { name: 'headers', type: 'map<string[]>', description: 'The headers of the response.' },
  ],
  metrics: [{ name: 'response.length', type: 'counter', unit: 'bytes', description: 'Bytes of the file.' }],
  examples: [{ title: 'Download a CSV file.', code: 'uri: https://example.com/orders.csv' }],
  async run(ctx, props) {
    const { request, response, settings } = await renderAndSend(ctx, props)
    const counted = { bytes: 0 }
    try {
      const name = fileName(await props.saveAs.render(), response.headers, request.url)
      const body = counting(response.body, counted, settings.contentMaxBytes)
      const uri = await ctx.files.put(body, name).catch((error: unknown) => {
        ctx.signal.throwIfAborted()
        throw new TaskError(
          `the download of ${urlText(request.url)} broke off after ${counted.bytes} bytes: ${messageOf(error)}`,
        )
      })
      ctx.metrics.counter('response.length', counted.bytes)
      if (counted.bytes === 0 && !settings.allowsFailed && (await props.failOnEmptyResponse.render())) {
        await ctx.files.delete(uri)
        throw new TaskError(`${urlText(request.url)} gave no bytes, and failOnEmptyResponse is true`)
      }
      return { uri, code: response.code, length: counted.bytes, headers: response.headers }
    } finally {
      await response.close()
    }
  },
})

async function* counting(
  body: Readable,
  counted: { bytes: number },
  limit: number | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    counted.bytes += chunk.length
    if (limit !== undefined && counted.bytes > limit) {
      throw new TaskError(`the response has more than ${limit} bytes, as options.maxContentLength allows`)
    }
    yield chunk
  }
}

function fileName(
  saveAs: string | undefined,
  headers: Readonly<Record<string, readonly string[]>>,
  url: URL,
): FileName {
  const given = saveAs ?? dispositionName(headers['content-disposition']?.[0]) ?? lastSegment(url)
  const name = given.replace(/[/\\\u0000]+/g, '_').trim()
  if (name === '' || name === '.' || name === '..') return { extension: extname(url.pathname) || '.tmp' }
  return { name }
}

/** `filename*=UTF-8''…` wins over `filename="…"`. */
function dispositionName(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const encoded = /filename\*\s*=\s*(?:UTF-8|ISO-8859-1)?'[^']*'([^;\s]+)/i.exec(header)?.[1]
  if (encoded !== undefined) return decoded(encoded)
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(header)
  return plain?.[1] ?? plain?.[2]
}

function lastSegment(url: URL): string {
  return decoded(url.pathname.split('/').findLast(segment => segment !== '') ?? '')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A lone percent sign is part of the name.
    return text
  }
}
