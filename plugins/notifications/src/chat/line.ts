import { defineTask, p } from '@batuta/plugin-sdk'
import { executionProperties, plainMessage } from '../base/execution-facts.ts'
import { notificationNames } from '../base/names.ts'
import { requestOptions } from '../base/request-options.ts'
import { sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, tellExecution } from '../base/tell-execution.ts'

const names = notificationNames('line', 'LineExecution')

export const lineExecution = defineTask({
  ...names,
  title: 'Tell LINE how an execution ended.',
  description: ABOUT_EXECUTION,
  properties: {
    ...requestOptions,
    ...executionProperties,
    url: p
      .string()
      .dynamic()
      .default('https://api.line.me/v2/bot/message/broadcast')
      .group('main')
      .title('The address of the service.'),
    channelAccessToken: p.string().dynamic().required().secret().group('main').title('The token of the channel.'),
    textBody: p.string().dynamic().title('The message instead of the built-in one.'),
  },
  examples: executionExamples(names.type, `channelAccessToken: "{{ secret('LINE_TOKEN') }}"`),
  run: (ctx, props) =>
    tellExecution(ctx, props, {
      message: async facts => ({
        messages: [{ type: 'text', text: (await props.textBody.render(facts.scope)) ?? plainMessage(facts) }],
      }),
      send: async body => {
        const headers = { authorization: `Bearer ${await props.channelAccessToken.render()}` }
        await sendJson(ctx, { url: await props.url.render(), body, headers, options: await props.options.render() })
      },
    }),
})
