import { defineTask, p, TaskError, type HttpAnswer, type LazyProperties, type RunContext } from '@batuta/plugin-sdk'
import { executionProperties, plainMessage } from '../base/execution-facts.ts'
import { movedNames } from '../base/names.ts'
import { requestOptions } from '../base/request-options.ts'
import { parsePayload, sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, taskExample, tellExecution } from '../base/tell-execution.ts'
import { webhookProperties } from '../base/webhook-task.ts'

const account = {
  accountSID: p.string().dynamic().required().group('connection').title('The account.'),
  authToken: p.string().dynamic().required().secret().group('connection').title('The token of the account.'),
} as const

const notifyProperties = { ...webhookProperties, ...account } as const
const LINES = `accountSID: "{{ secret('TWILIO_SID') }}"\nauthToken: "{{ secret('TWILIO_TOKEN') }}"`
const NOTIFY_LINES = `url: https://notify.twilio.com/v1/Services/IS000/Notifications\n${LINES}`

const alertNames = movedNames('twilio.notify.TwilioAlert', 'notifications.twilio.TwilioAlert')

export const twilioAlert = defineTask({
  ...alertNames,
  title: 'Send a notification by Twilio.',
  properties: notifyProperties,
  examples: [
    taskExample(
      'Tell somebody.',
      alertNames.type,
      `${NOTIFY_LINES}\npayload: |\n  {"identity": "0000001", "body": "{{ flow.id }} stands still"}`,
    ),
  ],
  async run(ctx, props) {
    const payload = await props.payload.render()
    if (payload === undefined) throw new TaskError('property "payload" is missing: there is nothing to send')
    await send(ctx, props, await props.url.render(), parsePayload(payload))
  },
})

const executionNames = movedNames('twilio.notify.TwilioExecution', 'notifications.twilio.TwilioExecution')

export const twilioExecution = defineTask({
  ...executionNames,
  title: 'Tell by Twilio how an execution ended.',
  description: ABOUT_EXECUTION,
  properties: {
    ...notifyProperties,
    ...executionProperties,
    body: p.string().dynamic().group('main').title('The message instead of the built-in one.'),
    identity: p.string().dynamic().group('main').title('Who is told.'),
    tag: p.string().dynamic().group('advanced').title('All who bear that tag are told.'),
  },
  examples: executionExamples(executionNames.type, `${NOTIFY_LINES}\nidentity: "0000001"`),
  run: (ctx, props) =>
    tellExecution(ctx, props, {
      message: async facts => ({
        Body: (await props.body.render(facts.scope)) ?? plainMessage(facts),
        Identity: await props.identity.render(),
        Tag: await props.tag.render(),
      }),
      send: async body =>
        await send(ctx, props, await props.url.render(), typeof body === 'string' ? parsePayload(body) : Object(body)),
    }),
})

const SERVICE = 'https://api.twilio.com'
const messageProperties = {
  ...requestOptions,
  ...account,
  from: p.string().dynamic().required().group('main').title('The number that sends.'),
  to: p.string().dynamic().required().group('main').title('The number of whoever is told.'),
  body: p.string().dynamic().required().group('main').title('The message.'),
} as const
const MESSAGE_OUTPUTS = [
  { name: 'sid', type: 'string', description: 'The id of the message.' },
  { name: 'status', type: 'string', description: 'How far it is: queued, sent, …' },
] as const
const MESSAGE_LINES = `${LINES}\nfrom: "+15005550006"\nto: "+14108675310"\nbody: "{{ flow.id }} is done"`

const smsNames = movedNames('twilio.notify.sms.Send')

export const smsSend = defineTask({
  ...smsNames,
  title: 'Send a short message by Twilio.',
  properties: messageProperties,
  outputs: MESSAGE_OUTPUTS,
  examples: [taskExample('Tell somebody.', smsNames.type, MESSAGE_LINES)],
  run: (ctx, props) => sendMessage(ctx, props, []),
})

const mmsNames = movedNames('twilio.notify.mms.Send')

export const mmsSend = defineTask({
  ...mmsNames,
  title: 'Send a message with pictures by Twilio.',
  properties: {
    ...messageProperties,
    mediaUrls: p.list(p.string()).dynamic().required().group('main').title('Where the pictures are.'),
  },
  outputs: MESSAGE_OUTPUTS,
  examples: [
    taskExample('Send a chart.', mmsNames.type, `${MESSAGE_LINES}\nmediaUrls: ["https://example.com/chart.png"]`),
  ],
  run: async (ctx, props) => sendMessage(ctx, props, await props.mediaUrls.render()),
})

/** `service` is another one in tests only. */
export async function sendMessage(
  ctx: RunContext,
  props: LazyProperties<typeof messageProperties>,
  mediaUrls: readonly string[],
  service: string = SERVICE,
): Promise<{ readonly sid: unknown; readonly status: unknown }> {
  const url = `${service}/2010-04-01/Accounts/${encodeURIComponent(await props.accountSID.render())}/Messages.json`
  const fields = { From: await props.from.render(), To: await props.to.render(), Body: await props.body.render() }
  const { text } = await send(ctx, props, url, { ...fields, MediaUrl: mediaUrls })
  const { sid, status } = parsePayload(text)
  return { sid, status }
}

type Sending = LazyProperties<typeof account & typeof requestOptions>

/** Twilio takes forms, whose fields begin with a capital letter; a list repeats its field. */
async function send(
  ctx: RunContext,
  props: Sending,
  url: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<HttpAnswer> {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(fields))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null) form.append(name.charAt(0).toUpperCase() + name.slice(1), String(one))
  const user = `${await props.accountSID.render()}:${await props.authToken.render()}`
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: `Basic ${Buffer.from(user).toString('base64')}`,
  }
  return await sendJson(ctx, { url, body: form.toString(), headers, options: await props.options.render() })
}
