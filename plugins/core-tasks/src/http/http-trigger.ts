import { decodeValue, definePollingTrigger, p, type Value } from '@batuta/plugin-sdk'
import { httpProperties } from './http-properties.ts'
import { renderAndSend } from './prepare-request.ts'
import { readResponseText } from './read-response-text.ts'
import { sealBody } from './seal-body.ts'

export const httpTrigger = definePollingTrigger({
  type: 'io.kestra.plugin.core.http.Trigger',
  aliases: ['io.kestra.plugin.fs.http.Trigger'],
  title: 'Start the flow when an HTTP response meets a condition.',
  description:
    'The request is sent in every interval; `response.statusCode`, `.body` and `.headers` are what the condition sees.',
  properties: {
    interval: p.duration().default('PT1M').title('Time between two requests.'),
    ...httpProperties,
    responseCondition: p
      .string()
      .dynamic()
      .default('{{ response.statusCode < 400 }}')
      .title('A template: what it renders to must not be blank or `false`.'),
    encryptBody: p
      .boolean()
      .dynamic()
      .default(false)
      .title('Keep the body encrypted: tasks read it, nobody else does.'),
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
    {
      title: 'Wait for a page to answer.',
      code: 'uri: https://example.com/ready\ninterval: PT30S\nresponseCondition: "{{ response.statusCode == 200 }}"',
    },
  ],
  async evaluate(ctx, props) {
    const { request, response, settings } = await renderAndSend(ctx, props, { isAnyCodeFine: true })
    try {
      const body = await readResponseText(response, settings)
      const seen = { response: { statusCode: response.code, body: jsonOr(body), headers: headersOf(response.headers) } }
      const verdict = (await props.responseCondition.render(seen)).trim()
      if (verdict === '' || verdict === 'false') return undefined
      const isSecret = await props.encryptBody.render()
      const sent = { uri: request.url.href, code: response.code, headers: response.headers }
      return { ...sent, ...(isSecret ? { encryptedBody: await sealBody(ctx, body) } : { body }) }
    } finally {
      await response.close()
    }
  },
})

function headersOf(headers: Readonly<Record<string, readonly string[]>>): Value {
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, [...values]]))
}

/** A condition looks into a JSON body. */
function jsonOr(body: string): Value {
  const first = body.trimStart().charAt(0)
  if (first !== '{' && first !== '[') return body
  try {
    return decodeValue(body)
  } catch {
    return body // What only looks like JSON is a text.
  }
}
