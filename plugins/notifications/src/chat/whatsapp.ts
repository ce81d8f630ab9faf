import { defineTask, p } from '@batuta/plugin-sdk'
import { executionProperties, plainMessage } from '../base/execution-facts.ts'
import { notificationNames } from '../base/names.ts'
import { sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, tellExecution } from '../base/tell-execution.ts'
import { webhookProperties, webhookTask } from '../base/webhook-task.ts'

const URL_LINE = `url: "{{ secret('WHATSAPP_WEBHOOK') }}"`

export const whatsAppIncomingWebhook = webhookTask({
  ...notificationNames('whatsapp', 'WhatsAppIncomingWebhook'),
  title: 'Send a message to WhatsApp by a webhook.',
  exampleLines: `${URL_LINE}\npayload: |\n  {"messaging_product": "whatsapp", "to": "380999999999", "type": "text", "text": {"body": "{{ flow.id }} is done"}}`,
})

const executionNames = notificationNames('whatsapp', 'WhatsAppExecution')

export const whatsAppExecution = defineTask({
  ...executionNames,
  title: 'Tell WhatsApp how an execution ended.',
  description: `${ABOUT_EXECUTION} With \`recipientId\` the message is one of the Cloud API; put its token into \`options.headers\`.`,
  properties: {
    ...webhookProperties,
    ...executionProperties,
    profileName: p.string().dynamic().title('The name of the profile.'),
    whatsAppIds: p.list(p.string()).dynamic().title('The ids of the contacts.'),
    from: p.string().dynamic().title('Who writes.'),
    messageId: p.string().dynamic().title('The id of the message.'),
    textBody: p.string().dynamic().title('The message instead of the built-in one.'),
    recipientId: p.string().dynamic().title('The number of whoever is told.'),
  },
  examples: executionExamples(executionNames.type, `${URL_LINE}\nrecipientId: "380999999999"`),
  run: (ctx, props) =>
    tellExecution(ctx, props, {
      message: async facts => {
        const text = { body: (await props.textBody.render(facts.scope)) ?? plainMessage(facts) }
        const to = await props.recipientId.render()
        if (to !== undefined)
          return { messaging_product: 'whatsapp', recipient_type: 'individual', to, type: 'text', text }
        const name = await props.profileName.render()
        const ids = (await props.whatsAppIds.render()) ?? []
        return {
          contacts: ids.map(wa_id => ({ profile: { name }, wa_id })),
          messages: [{ from: await props.from.render(), id: await props.messageId.render(), type: 'text', text }],
        }
      },
      send: async body => {
        const [url, options] = [await props.url.render(), await props.options.render()]
        await sendJson(ctx, { url, body, options })
      },
    }),
})
