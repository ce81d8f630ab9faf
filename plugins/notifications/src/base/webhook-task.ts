// The plainest of all: a payload of the author is posted to an address.
import { defineTask, p, TaskError, type TaskDefinition } from '@batuta/plugin-sdk'
import { requestOptions } from './request-options.ts'
import { sendJson } from './send-json.ts'
import { taskExample } from './tell-execution.ts'

export const webhookProperties = {
  ...requestOptions,
  url: p.string().dynamic().required().secret().group('main').title('The address of the webhook.'),
  payload: p.string().dynamic().group('main').language('json').title('The message, as JSON text.'),
} as const

interface WebhookTask {
  readonly type: string
  readonly aliases: readonly string[]
  readonly title: string
  readonly exampleLines: string
}

export function webhookTask({ exampleLines, ...names }: WebhookTask): TaskDefinition<typeof webhookProperties> {
  return defineTask({
    ...names,
    properties: webhookProperties,
    examples: [taskExample('Send a message.', names.type, exampleLines)],
    async run(ctx, props) {
      const [url, body] = [await props.url.render(), await props.payload.render()]
      if (body === undefined) throw new TaskError('property "payload" is missing: there is nothing to send')
      await sendJson(ctx, { url, body, options: await props.options.render() })
    },
  })
}
