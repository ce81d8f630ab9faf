import { defineTask, p, TaskError } from '@batuta/plugin-sdk'
import { colourOf, executionProperties, factLines, headline, type ExecutionFacts } from '../base/execution-facts.ts'
import { movedNames } from '../base/names.ts'
import { sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, taskExample, tellExecution } from '../base/tell-execution.ts'
import { webhookProperties } from '../base/webhook-task.ts'

const slackProperties = {
  ...webhookProperties,
  messageText: p.string().dynamic().group('main').title('The message as text, where no payload is given.'),
} as const
const OLDER = 'Webhooks of Slack belong to one channel and one app: make another webhook instead.'
const URL_LINE = `url: "{{ secret('SLACK_WEBHOOK') }}"`

const webhookNames = movedNames(
  'slack.SlackIncomingWebhook',
  'notifications.slack.SlackIncomingWebhook',
  'slack.notifications.SlackIncomingWebhook',
)

export const slackIncomingWebhook = defineTask({
  ...webhookNames,
  title: 'Send a message to Slack by an incoming webhook.',
  description: 'Give `messageText` for a plain message, `payload` for one with blocks and attachments.',
  properties: slackProperties,
  examples: [
    taskExample('A plain message.', webhookNames.type, `${URL_LINE}\nmessageText: "Loaded by {{ execution.id }}"`),
    taskExample(
      'A message with a block.',
      webhookNames.type,
      `${URL_LINE}\npayload: |\n  {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*{{ flow.id }}* is done"}}]}`,
    ),
  ],
  async run(ctx, props) {
    const [payload, text] = [await props.payload.render(), await props.messageText.render()]
    if (payload === undefined && text === undefined)
      throw new TaskError('give "messageText" or "payload": there is nothing to send')
    const [url, options] = [await props.url.render(), await props.options.render()]
    await sendJson(ctx, { url, body: payload ?? { text }, options })
  },
})

const executionNames = movedNames(
  'slack.SlackExecution',
  'notifications.slack.SlackExecution',
  'slack.notifications.SlackExecution',
)

export const slackExecution = defineTask({
  ...executionNames,
  title: 'Tell Slack how an execution ended.',
  description: ABOUT_EXECUTION,
  properties: {
    ...slackProperties,
    ...executionProperties,
    channel: p.string().dynamic().deprecated(OLDER).title('The channel, where the webhook lets it be chosen.'),
    username: p.string().dynamic().deprecated(OLDER).title('The name of the sender.'),
    iconUrl: p.string().dynamic().deprecated(OLDER).title('The picture of the sender.'),
    iconEmoji: p.string().dynamic().deprecated(OLDER).title('An emoji as the picture of the sender.'),
  },
  examples: executionExamples(executionNames.type, URL_LINE),
  run: (ctx, props) =>
    tellExecution(ctx, props, {
      message: async facts => ({
        ...slackMessage(facts, await props.messageText.render(facts.scope)),
        channel: await props.channel.render(),
        username: await props.username.render(),
        icon_url: await props.iconUrl.render(),
        icon_emoji: await props.iconEmoji.render(),
      }),
      send: async body => {
        const [url, options] = [await props.url.render(), await props.options.render()]
        await sendJson(ctx, { url, body, options })
      },
    }),
})

/** Shared with services that take messages of Slack. */
export function slackMessage(facts: ExecutionFacts, text?: string): Readonly<Record<string, unknown>> {
  return {
    text: text ?? `<${facts.link}|${escaped(headline(facts))}>`,
    attachments: [
      {
        color: `#${colourOf(facts)}`,
        fallback: headline(facts),
        fields: factLines(facts).map(([title, value]) => ({ title, value: escaped(value), short: value.length < 40 })),
        ...(facts.customMessage === undefined ? {} : { text: facts.customMessage }),
      },
    ],
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
