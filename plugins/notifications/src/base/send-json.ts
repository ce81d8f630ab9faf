import { expectHttp, TaskError, type HttpAnswer, type RunContext } from '@batuta/plugin-sdk'
import { callOptions, type RequestOptions } from './request-options.ts'

export interface Message {
  readonly url: string
  /** A text is sent as it is; anything else as JSON. */
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly options?: RequestOptions
}

/** Posts a message; what the service refuses is a failure that shows its answer. */
export async function sendJson(ctx: RunContext, { url, body, headers = {}, options }: Message): Promise<HttpAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await expectHttp(ctx, {
    method: 'POST',
    url,
    body: text,
    ...callOptions(options, { 'content-type': 'application/json; charset=utf-8', ...headers }),
  })
  ctx.logger.debug(`sent ${Buffer.byteLength(text)} bytes, answered with ${answer.code}`)
  return answer
}

/** What the author wrote, which must be JSON; it is sent as it is written, so that numbers keep their digits. */
export function checkedJson(payload: string): string {
  parsePayload(payload)
  return payload
}

/** For services that take no JSON. */
export function parsePayload(payload: string): Readonly<Record<string, unknown>> {
  try {
    return { ...JSON.parse(payload) }
  } catch (cause) {
    throw new TaskError('the message must be JSON: write texts with the filter toJson, or the function json()', {
      cause,
    })
  }
}
