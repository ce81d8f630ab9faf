import { defineTask, p } from '@batuta/plugin-sdk'
import { executionProperties } from '../base/execution-facts.ts'
import { notificationNames } from '../base/names.ts'
import { sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, tellExecution } from '../base/tell-execution.ts'
import { webhookProperties, webhookTask } from '../base/webhook-task.ts'
import { slackMessage } from './slack.ts'

const URL_LINE = `url: "{{ secret('ZULIP_WEBHOOK') }}"`

export const zulipIncomingWebhook = webhookTask({
  ...notificationNames('zulip', 'ZulipIncomingWebhook'),
  title: 'Send a message to Zulip by a webhook.',
  exampleLines: `${URL_LINE}\npayload: |\n  {"text": "{{ flow.id }} is done"}`,
})

const executionNames = notificationNames('zulip', 'ZulipExecution')

export const zulipExecution = defineTask({
  ...executionNames,
  title: 'Tell Zulip how an execution ended.',
  description: ABOUT_EXECUTION,
  properties: {
    ...webhookProperties,
    ...executionProperties,
    channel: p.string().dynamic().title('The channel.'),
    username: p.string().dynamic().title('The name of the sender.'),
    iconUrl: p.string().dynamic().title('The picture of the sender.'),
    iconEmoji: p.string().dynamic().title('An emoji as the picture of the sender.'),
  },
  examples: executionExamples(executionNames.type, URL_LINE),
  run: (ctx, props) =>
    tellExecution(ctx, props, {
      message: async facts => ({
        ...slackMessage(facts),
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
