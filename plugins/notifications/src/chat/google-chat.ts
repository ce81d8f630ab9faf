import { defineTask, p } from '@batuta/plugin-sdk'
import { executionProperties, factLines, headline, type ExecutionFacts } from '../base/execution-facts.ts'
import { movedNames } from '../base/names.ts'
import { sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, tellExecution } from '../base/tell-execution.ts'
import { webhookProperties, webhookTask } from '../base/webhook-task.ts'

const URL_LINE = `url: "{{ secret('GOOGLE_CHAT_WEBHOOK') }}"`

export const googleChatIncomingWebhook = webhookTask({
  ...movedNames('googleworkspace.chat.GoogleChatIncomingWebhook', 'notifications.google.GoogleChatIncomingWebhook'),
  title: 'Send a message to Google Chat by a webhook.',
  exampleLines: `${URL_LINE}\npayload: |\n  {"text": "{{ flow.id }} is done"}`,
})

const executionNames = movedNames(
  'googleworkspace.chat.GoogleChatExecution',
  'notifications.google.GoogleChatExecution',
)

export const googleChatExecution = defineTask({
  ...executionNames,
  title: 'Tell Google Chat how an execution ended.',
  description: ABOUT_EXECUTION,
  properties: {
    ...webhookProperties,
    ...executionProperties,
    text: p.string().dynamic().group('advanced').title('The text above the card.'),
  },
  examples: executionExamples(executionNames.type, URL_LINE),
  run: (ctx, props) =>
    tellExecution(ctx, props, {
      message: async facts => ({
        text: (await props.text.render(facts.scope)) ?? headline(facts),
        cardsV2: [{ cardId: facts.id, card: cardOf(facts) }],
      }),
      send: async body => {
        const [url, options] = [await props.url.render(), await props.options.render()]
        await sendJson(ctx, { url, body, options })
      },
    }),
})

function cardOf(facts: ExecutionFacts): unknown {
  const lines = factLines(facts).map(([topLabel, text]) => ({ decoratedText: { topLabel, text } }))
  const own = facts.customMessage === undefined ? [] : [{ textParagraph: { text: facts.customMessage } }]
  const link = { text: 'Open the execution', onClick: { openLink: { url: facts.link } } }
  return {
    header: { title: `${facts.namespace}.${facts.flowId}`, subtitle: facts.state },
    sections: [{ widgets: [...lines, ...own, { buttonList: { buttons: [link] } }] }],
  }
}
