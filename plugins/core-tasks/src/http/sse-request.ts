// A stream of server-sent events, taken in whole: every event is a row of a file, and what an expression finds in them is joined into one text.
import { decodeValue, defineTask, encodeValue, isList, linesOf, p, printValue, TaskError } from '@batuta/plugin-sdk'
import type { RunContext, Value } from '@batuta/plugin-sdk'
import { httpProperties } from './http-properties.ts'
import { renderAndSend } from './prepare-request.ts'

/** More are in the file only. */
const EVENTS_SHOWN_MAX = 1_000
const EVENT_CHARS_MAX = 16 * 2 ** 20

export const sseRequest = defineTask({
  type: 'io.kestra.plugin.core.http.SseRequest',
  title: 'Read a stream of server-sent events to its end.',
  properties: {
    ...httpProperties,
    options: httpProperties.options.dynamic(),
    concatJqExpression: p
      .string()
      .dynamic()
      .title('A jq expression for the data of each event; what they give is joined to `result`.'),
    failedOnMissingJq: p
      .boolean()
      .dynamic()
      .default(true)
      .title('Fail where the expression finds nothing in an event whose data is JSON.'),
  },
  outputs: [
    { name: 'uri', type: 'uri', description: 'The events, a row each.' },
    { name: 'events', type: 'Event{id, event, data, comment}[]', description: 'The first thousand of them.' },
    { name: 'size', type: 'long', description: 'How many there were.' },
    { name: 'result', type: 'string', description: 'What the expression found, joined.' },
  ],
  examples: [
    {
      title: 'The text that a model writes.',
      code: 'uri: https://example.com/chat\nmethod: POST\nbody: {stream: true}\nconcatJqExpression: .choices[0].delta.content',
    },
  ],
  async run(ctx, props) {
    const expression = await props.concatJqExpression.render()
    const isStrict = await props.failedOnMissingJq.render()
    const { response } = await renderAndSend(ctx, props)
    const events: Value[] = []
    const parts: string[] = []
    let size = 0
    const rows = async function* (): AsyncGenerator<string> {
      for await (const event of eventsOf(response.body)) {
        size++
        if (events.length < EVENTS_SHOWN_MAX) events.push(event)
        if (expression !== undefined) parts.push(await findIn(ctx, event, { expression, isStrict }))
        yield `${encodeValue(event)}\n`
      }
    }
    try {
      const uri = await ctx.files.put(rows(), { extension: '.ion' })
      return { uri, events, size, ...(expression === undefined ? {} : { result: parts.join('') }) }
    } finally {
      await response.close()
    }
  },
})

type SseEvent = Readonly<Record<string, Value>>

async function* eventsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<SseEvent> {
  let fields = new Map<string, string>()
  for await (const line of linesOf(body)) {
    if (line === '') {
      if (fields.size > 0) yield eventFrom(fields)
      fields = new Map()
      continue
    }
    const at = line.indexOf(':')
    const name = at === 0 ? 'comment' : at < 0 ? line : line.slice(0, at)
    const value = at < 0 ? '' : line.slice(at + 1).replace(/^ /, '')
    const known = fields.get(name)
    const joined = known === undefined || name !== 'data' ? value : `${known}\n${value}`
    if (joined.length > EVENT_CHARS_MAX) throw new TaskError(`an event has more than ${EVENT_CHARS_MAX} characters`)
    fields.set(name, joined)
  }
  if (fields.size > 0) yield eventFrom(fields)
}

function eventFrom(fields: ReadonlyMap<string, string>): SseEvent {
  const data = fields.get('data')
  return { ...Object.fromEntries(fields), ...(data === undefined ? {} : { data: jsonOr(data) }) }
}

function jsonOr(text: string): Value {
  try {
    return decodeValue(text)
  } catch {
    return text // A text like any other, such as the closing word of a stream.
  }
}

async function findIn(
  ctx: RunContext,
  { data }: SseEvent,
  { expression, isStrict }: { readonly expression: string; readonly isStrict: boolean },
): Promise<string> {
  if (data === undefined || data === null || typeof data !== 'object') return ''
  const found = await ctx.renderTyped('{{ data | jq(expression) }}', { data, expression })
  const texts = (isList(found) ? found : [found]).filter(item => item !== null).map(printValue)
  if (texts.length === 0 && isStrict)
    throw new TaskError(`the expression "${expression}" finds nothing in the event ${encodeValue(data).slice(0, 200)}`)
  return texts.join('')
}
