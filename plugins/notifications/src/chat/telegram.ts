import { defineTask, p, TaskError, type LazyProperties, type RunContext } from '@batuta/plugin-sdk'
import { executionProperties, factLines, headline, renderFacts, type ExecutionFacts } from '../base/execution-facts.ts'
import { notificationNames } from '../base/names.ts'
import { requestOptions } from '../base/request-options.ts'
import { sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, renderTemplate, taskExample } from '../base/tell-execution.ts'

const SERVICE = 'https://api.telegram.org'

const telegramProperties = {
  ...requestOptions,
  token: p.string().dynamic().required().secret().group('main').title('The token of the bot.'),
  channel: p.string().dynamic().required().group('main').title('The chat: its id, or the name of a public channel.'),
  payload: p.string().dynamic().group('main').title('The text of the message.'),
  parseMode: p.enum('HTML', 'MARKDOWNV2').dynamic().title('How the text is marked up; plain unless said.'),
  endpointOverride: p.string().dynamic().title(`Another server than ${SERVICE}.`),
} as const

const sendNames = notificationNames('telegram', 'TelegramSend')
const LINES = `token: "{{ secret('TELEGRAM_TOKEN') }}"\nchannel: "2072728690"`

export const telegramSend = defineTask({
  ...sendNames,
  title: 'Send a message to Telegram by a bot.',
  properties: telegramProperties,
  examples: [taskExample('Send a message.', sendNames.type, `${LINES}\npayload: "{{ flow.id }} is done"`)],
  async run(ctx, props) {
    const text = await props.payload.render()
    if (text === undefined) throw new TaskError('property "payload" is missing: there is nothing to send')
    await send(ctx, props, { text, mode: await props.parseMode.render() })
  },
})

const executionNames = notificationNames('telegram', 'TelegramExecution')

export const telegramExecution = defineTask({
  ...executionNames,
  title: 'Tell Telegram how an execution ended.',
  description: ABOUT_EXECUTION,
  properties: { ...telegramProperties, ...executionProperties },
  examples: executionExamples(executionNames.type, LINES),
  async run(ctx, props) {
    const facts = await renderFacts(ctx, props)
    const mode = await props.parseMode.render()
    const written = (await props.payload.render(facts.scope)) ?? (await renderTemplate(ctx, facts, props.templateUri))
    await send(ctx, props, { text: written ?? messageOf(facts, mode), mode })
  },
})

type Mode = 'HTML' | 'MARKDOWNV2' | undefined

interface TelegramMessage {
  readonly text: string
  readonly mode: Mode
}

type Target = Pick<LazyProperties<typeof telegramProperties>, 'options' | 'token' | 'channel' | 'endpointOverride'>

async function send(ctx: RunContext, props: Target, { text, mode }: TelegramMessage): Promise<void> {
  const service = ((await props.endpointOverride.render()) ?? SERVICE).replace(/\/+$/, '')
  const url = `${service}/bot${await props.token.render()}/sendMessage`
  const parse_mode = mode === 'MARKDOWNV2' ? 'MarkdownV2' : mode
  const body = { chat_id: await props.channel.render(), text, parse_mode }
  await sendJson(ctx, { url, body, options: await props.options.render() })
}

function messageOf(facts: ExecutionFacts, mode: Mode): string {
  const mark = mode === 'HTML' ? escapeHtml : mode === 'MARKDOWNV2' ? escapeMarkdown : (text: string) => text
  const lines = factLines(facts).map(([name, value]) => mark(`${name}: ${value}`))
  const own = facts.customMessage === undefined ? [] : ['', mark(facts.customMessage)]
  return [mark(headline(facts)), '', ...lines, ...own, '', mark(facts.link)].join('\n')
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function escapeMarkdown(text: string): string {
  return text.replace(/[_*[\]()~`>#+\-=|{}.!\\]/g, '\\$&')
}
