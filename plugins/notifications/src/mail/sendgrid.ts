import { defineTask, p, type LazyProperties, type RunContext } from '@batuta/plugin-sdk'
import { executionProperties, headline, plainMessage, renderFacts } from '../base/execution-facts.ts'
import { movedNames } from '../base/names.ts'
import { sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, renderTemplate, taskExample } from '../base/tell-execution.ts'
import { htmlMessage } from './html-message.ts'

const SERVICE = 'https://api.sendgrid.com'

const attachment = p.object({
  uri: p.string().dynamic().required().title('The stored file.'),
  name: p.string().dynamic().required().title('Its name in the mail.'),
  contentType: p.string().dynamic().required().title('What it is.'),
})

const mailProperties = {
  sendgridApiKey: p.string().dynamic().required().secret().group('connection').title('The key of the service.'),
  from: p.string().dynamic().required().group('source').title('Who sends.'),
  to: p.list(p.string()).dynamic().required().group('destination').title('Who receives.'),
  cc: p.list(p.string()).dynamic().group('advanced').title('Who receives a copy.'),
  subject: p.string().dynamic().group('advanced').title('The subject.'),
  attachments: p.list(attachment).group('advanced').title('Stored files to send along.'),
  embeddedImages: p.list(attachment).group('advanced').title('Pictures that the text names by `cid:` and their name.'),
} as const

const OUTPUTS = [
  { name: 'body', type: 'string', description: 'What the service answered.' },
  { name: 'headers', type: 'map<string>', description: 'The headers of its answer.' },
  { name: 'statusCode', type: 'int', description: 'The code of its answer.' },
] as const

const sendNames = movedNames('twilio.sendgrid.SendGridMailSend', 'notifications.sendgrid.SendGridMailSend')
const LINES = `sendgridApiKey: "{{ secret('SENDGRID_KEY') }}"\nfrom: batuta@example.com\nto: [team@example.com]`

export const sendGridMailSend = defineTask({
  ...sendNames,
  title: 'Send a mail by SendGrid.',
  properties: {
    ...mailProperties,
    htmlContent: p.string().dynamic().group('advanced').title('The text as HTML.'),
    textContent: p.string().dynamic().group('advanced').title('The text without markup.'),
  },
  outputs: OUTPUTS,
  examples: [
    taskExample('Send a report.', sendNames.type, `${LINES}\nsubject: The load is done\ntextContent: See the chart.`),
  ],
  async run(ctx, props) {
    const [html, text] = [await props.htmlContent.render(), await props.textContent.render()]
    return await send(ctx, props, { subject: await props.subject.render(), html, text })
  },
})

const executionNames = movedNames(
  'twilio.sendgrid.SendGridMailExecution',
  'notifications.sendgrid.SendGridMailExecution',
)

export const sendGridMailExecution = defineTask({
  ...executionNames,
  title: 'Tell by a mail of SendGrid how an execution ended.',
  description: ABOUT_EXECUTION,
  properties: {
    ...mailProperties,
    ...executionProperties,
    htmlContent: p.string().dynamic().group('advanced').title('The text as HTML instead of the built-in one.'),
    textContent: p.string().dynamic().group('advanced').title('The text without markup instead of the built-in one.'),
    textTemplateUri: p.string().dynamic().group('advanced').title('A stored template of the text without markup.'),
  },
  outputs: OUTPUTS,
  examples: executionExamples(executionNames.type, LINES),
  async run(ctx, props) {
    const facts = await renderFacts(ctx, props)
    const html = (await props.htmlContent.render(facts.scope)) ?? (await renderTemplate(ctx, facts, props.templateUri))
    const text =
      (await props.textContent.render(facts.scope)) ?? (await renderTemplate(ctx, facts, props.textTemplateUri))
    return await send(ctx, props, {
      subject: (await props.subject.render(facts.scope)) ?? headline(facts),
      html: html ?? htmlMessage(facts),
      text: text ?? plainMessage(facts),
    })
  },
})

interface Mail {
  readonly subject: string | undefined
  readonly html: string | undefined
  readonly text: string | undefined
}

interface SendGridAnswer extends Readonly<Record<string, unknown>> {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly statusCode: number
}

/** `service` is another one in tests only. */
export async function send(
  ctx: RunContext,
  props: LazyProperties<typeof mailProperties>,
  { subject = '', html, text }: Mail,
  service: string = SERVICE,
): Promise<SendGridAnswer> {
  const people = (list: readonly string[]): unknown => list.map(email => ({ email }))
  const cc = await props.cc.render()
  const files = [
    ...((await props.attachments.render()) ?? []).map(file => ({ ...file, disposition: 'attachment' })),
    ...((await props.embeddedImages.render()) ?? []).map(file => ({ ...file, disposition: 'inline' })),
  ]
  const attachments: unknown[] = []
  for (const { uri, name, contentType, disposition } of files)
    attachments.push({
      content: await base64Of(ctx, uri),
      ...{ type: contentType, filename: name, disposition },
      ...(disposition === 'inline' ? { content_id: name } : {}),
    })
  const content = [
    ...(text === undefined ? [] : [{ type: 'text/plain', value: text }]),
    ...(html === undefined ? [] : [{ type: 'text/html', value: html }]),
  ]
  const {
    code,
    headers,
    text: body,
  } = await sendJson(ctx, {
    url: `${service}/v3/mail/send`,
    headers: { authorization: `Bearer ${await props.sendgridApiKey.render()}` },
    body: {
      personalizations: [
        { to: people(await props.to.render()), ...(cc === undefined ? {} : { cc: people(cc) }), subject },
      ],
      from: { email: await props.from.render() },
      content: content.length === 0 ? [{ type: 'text/plain', value: ' ' }] : content,
      ...(attachments.length === 0 ? {} : { attachments }),
    },
  })
  return { body, headers, statusCode: code }
}

async function base64Of(ctx: RunContext, uri: string): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of await ctx.files.open(uri)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('base64')
}
