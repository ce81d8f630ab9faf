import { randomUUID } from 'node:crypto'
import { defineTask, mapEntries, p, printValue, TaskError, toPlain } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext } from '@batuta/plugin-sdk'
import { executionProperties, factLines, headline } from '../base/execution-facts.ts'
import { notificationNames } from '../base/names.ts'
import { requestOptions } from '../base/request-options.ts'
import { parsePayload, sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, taskExample, tellExecution } from '../base/tell-execution.ts'

const PLATFORMS = [
  ...(['AS3', 'C', 'CFML', 'COCOA', 'CSHARP', 'ELIXIR', 'HASKELL', 'GO', 'GROOVY', 'JAVA'] as const),
  ...(['JAVASCRIPT', 'NATIVE', 'NODE', 'OBJC', 'OTHER', 'PERL', 'PHP', 'PYTHON', 'RUBY'] as const),
] as const

const sentryProperties = {
  ...requestOptions,
  dsn: p.string().dynamic().required().secret().group('main').title('The DSN of the project.'),
  endpointType: p.enum('ENVELOPE', 'STORE').dynamic().default('ENVELOPE').title('Which way of Sentry is taken.'),
  payload: p.string().dynamic().group('main').language('json').title('The event, as JSON text.'),
} as const

const alertNames = notificationNames('sentry', 'SentryAlert')
const DSN_LINE = `dsn: "{{ secret('SENTRY_DSN') }}"`

export const sentryAlert = defineTask({
  ...alertNames,
  title: 'Send an event to Sentry.',
  properties: sentryProperties,
  examples: [
    taskExample(
      'Send an event.',
      alertNames.type,
      `${DSN_LINE}\npayload: |\n  {"level": "error", "platform": "other", "message": "{{ flow.id }} stands still"}`,
    ),
  ],
  async run(ctx, props) {
    const payload = await props.payload.render()
    if (payload === undefined) throw new TaskError('property "payload" is missing: there is nothing to send')
    await send(ctx, props, { event_id: newEventId(), ...parsePayload(payload) })
  },
})

const executionNames = notificationNames('sentry', 'SentryExecution')

export const sentryExecution = defineTask({
  ...executionNames,
  title: 'Send an event to Sentry for an execution.',
  description: ABOUT_EXECUTION,
  properties: {
    ...sentryProperties,
    ...executionProperties,
    eventId: p.string().dynamic().title('The id of the event, 32 hexadecimal digits; a new one unless said.'),
    platform: p
      .enum(...PLATFORMS)
      .dynamic()
      .default('JAVA')
      .title('What Sentry takes the event to come from.'),
    level: p.enum('FATAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG').dynamic().default('ERROR').title('How bad it is.'),
    transaction: p.string().dynamic().title('What was under way; the flow unless said.'),
    serverName: p.string().dynamic().title('Where it was under way.'),
    extra: p.map().dynamic().title('What the event tells beside the facts.'),
    errors: p.map().dynamic().title('Errors of the event.'),
  },
  examples: executionExamples(executionNames.type, DSN_LINE),
  run: (ctx, props) =>
    tellExecution(ctx, props, {
      message: async facts => {
        const [extra, errors] = [await props.extra.render(), await props.errors.render()]
        return {
          event_id: (await props.eventId.render())?.toLowerCase().replaceAll('-', '') ?? newEventId(),
          timestamp: facts.startDate,
          platform: (await props.platform.render()).toLowerCase(),
          level: (await props.level.render()).toLowerCase(),
          logger: 'batuta',
          transaction: (await props.transaction.render(facts.scope)) ?? `${facts.namespace}.${facts.flowId}`,
          server_name: await props.serverName.render(),
          message: { formatted: facts.customMessage ?? headline(facts) },
          tags: { namespace: facts.namespace, flow: facts.flowId, state: facts.state },
          extra: {
            ...Object.fromEntries(factLines(facts)),
            link: facts.link,
            ...(extra === undefined ? {} : Object(toPlain(extra))),
          },
          ...(errors === undefined
            ? {}
            : { errors: [...mapEntries(errors)].map(([type, value]) => ({ type, value: printValue(value) })) }),
        }
      },
      send: async body => await send(ctx, props, typeof body === 'string' ? parsePayload(body) : Object(body)),
    }),
})

function newEventId(): string {
  return randomUUID().replaceAll('-', '')
}

interface SentryEvent {
  readonly event_id?: unknown
}

async function send(
  ctx: RunContext,
  props: LazyProperties<typeof sentryProperties>,
  event: SentryEvent,
): Promise<void> {
  const { endpoint, key } = parseDsn(await props.dsn.render())
  const isEnvelope = (await props.endpointType.render()) === 'ENVELOPE'
  const text = JSON.stringify(event)
  const header = { event_id: event.event_id, sdk: { name: 'batuta', version: '1.0' } }
  const item = { type: 'event', content_type: 'application/json', length: Buffer.byteLength(text) }
  await sendJson(ctx, {
    url: `${endpoint}/${isEnvelope ? 'envelope' : 'store'}/`,
    body: isEnvelope ? `${JSON.stringify(header)}\n${JSON.stringify(item)}\n${text}\n` : text,
    headers: {
      'content-type': isEnvelope ? 'application/x-sentry-envelope' : 'application/json',
      'x-sentry-auth': `Sentry sentry_version=7, sentry_client=batuta/1.0, sentry_key=${key}`,
    },
    options: await props.options.render(),
  })
}

/** `https://KEY@HOST/PATH/PROJECT`. */
function parseDsn(dsn: string): { readonly endpoint: string; readonly key: string } {
  const url = URL.parse(dsn.trim())
  const [, path = '', project] = /^(.*)\/([^/]+)\/?$/.exec(url?.pathname ?? '') ?? []
  if (!url || project === undefined || url.username === '')
    throw new TaskError('property "dsn" must be a DSN of Sentry: https://KEY@HOST/PROJECT')
  return { endpoint: `${url.origin}${path}/api/${project}`, key: url.username }
}
