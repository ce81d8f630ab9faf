import { defineTask, p } from '@batuta/plugin-sdk'
import { httpProperties } from './http-properties.ts'
import { renderAndSend } from './prepare-request.ts'
import { readResponseText } from './read-response-text.ts'
import { sealBody } from './seal-body.ts'

export const request = defineTask({
  type: 'io.kestra.plugin.core.http.Request',
  aliases: ['io.kestra.plugin.fs.http.Request'],
  title: 'Send an HTTP request and keep the response as an output.',
  description:
    'The body is kept as text; read JSON with `fromJson(outputs.id.body)` or the filter `jq`. For files use Download, which streams.',
  properties: {
    ...httpProperties,
    encryptBody: p
      .boolean()
      .dynamic()
      .default(false)
      .title('Keep the body encrypted: later tasks read it, nobody else does.'),
  },
  outputs: [
    { name: 'uri', type: 'uri', description: 'Where the request was sent.' },
    { name: 'code', type: 'int', description: 'The response code.' },
    { name: 'headers', type: 'map<string[]>', description: 'The headers of the response.' },
    { name: 'body', type: 'any', description: 'The body as text.' },
    { name: 'encryptedBody', type: 'EncryptedString', description: 'The body, encrypted.' },
    { name: 'formData', type: 'map<any>', description: 'Not filled yet.' },
  ],
  examples: [
    { title: 'Read a resource.', code: 'uri: https://example.com/products' },
    { title: 'Send JSON.', code: 'uri: https://example.com/orders\nmethod: POST\nbody: "{{ outputs.order.value }}"' },
  ],
  async run(ctx, props) {
    const isSecret = await props.encryptBody.render()
    const { request, response, settings } = await renderAndSend(ctx, props)
    try {
      const body = await readResponseText(response, settings)
      if (settings.logs.includes('RESPONSE_BODY')) ctx.logger.debug(body)
      const sent = { uri: request.url.href, code: response.code, headers: response.headers }
      return { ...sent, ...(isSecret ? { encryptedBody: await sealBody(ctx, body) } : { body }) }
    } finally {
      await response.close()
    }
  },
})
