import { defineTask, p } from '@batuta/plugin-sdk'
import { executionProperties, plainMessage } from '../base/execution-facts.ts'
import { notificationNames } from '../base/names.ts'
import { requestOptions } from '../base/request-options.ts'
import { parsePayload, sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, tellExecution } from '../base/tell-execution.ts'

const names = notificationNames('messenger', 'MessengerExecution')
const LINES = `pageId: "1234567890"\naccessToken: "{{ secret('MESSENGER_TOKEN') }}"\nrecipientIds: ["24745216345137108"]`
const SERVICE = 'https://graph.facebook.com/v18.0'

export const messengerExecution = defineTask({
  ...names,
  title: 'Tell people on Messenger how an execution ended.',
  description: ABOUT_EXECUTION,
  properties: {
    ...requestOptions,
    ...executionProperties,
    pageId: p.string().required().group('main').title('The page that writes.'),
    accessToken: p.string().required().secret().group('main').title('The token of the page.'),
    recipientIds: p.list(p.string()).dynamic().required().group('main').title('Who is told, each in a message.'),
    messagingType: p
      .enum('RESPONSE', 'UPDATE', 'MESSAGE_TAG')
      .dynamic()
      .default('UPDATE')
      .title('The kind of message.'),
    textBody: p.string().dynamic().title('The message instead of the built-in one.'),
    url: p.string().dynamic().title('Another address of the service.'),
  },
  examples: executionExamples(names.type, LINES),
  run: (ctx, props) =>
    tellExecution(ctx, props, {
      message: async facts => ({
        message: { text: (await props.textBody.render(facts.scope)) ?? plainMessage(facts) },
      }),
      // Both are rendered although they are no templates on paper: a token belongs into a secret.
      send: async body => {
        const url =
          (await props.url.render()) ?? `${SERVICE}/${await ctx.renderText(await props.pageId.render())}/messages`
        const headers = { authorization: `Bearer ${await ctx.renderText(await props.accessToken.render())}` }
        const options = await props.options.render()
        const common = typeof body === 'string' ? parsePayload(body) : Object(body)
        for (const id of await props.recipientIds.render()) {
          const message = { recipient: { id }, messaging_type: await props.messagingType.render(), ...common }
          await sendJson(ctx, { url, body: message, headers, options })
        }
      },
    }),
})
