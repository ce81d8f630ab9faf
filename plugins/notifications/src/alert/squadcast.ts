import { defineTask, mapEntries, p } from '@batuta/plugin-sdk'
import { executionProperties, plainMessage } from '../base/execution-facts.ts'
import { notificationNames } from '../base/names.ts'
import { sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, tellExecution } from '../base/tell-execution.ts'
import { webhookProperties, webhookTask } from '../base/webhook-task.ts'

const URL_LINE = `url: "{{ secret('SQUADCAST_WEBHOOK') }}"`

export const squadcastIncomingWebhook = webhookTask({
  ...notificationNames('squadcast', 'SquadcastIncomingWebhook'),
  title: 'Open an incident of Squadcast.',
  exampleLines: `${URL_LINE}\npayload: |\n  {"message": "{{ flow.id }} stands still", "description": "nothing has been loaded"}`,
})

const executionNames = notificationNames('squadcast', 'SquadcastExecution')

export const squadcastExecution = defineTask({
  ...executionNames,
  title: 'Open or close an incident of Squadcast for an execution.',
  description: ABOUT_EXECUTION,
  properties: {
    ...webhookProperties,
    ...executionProperties,
    message: p.string().dynamic().required().title('What happened, in a line.'),
    priority: p.string().dynamic().title('P1 to P5.'),
    eventId: p.string().dynamic().title('Events of one id are one incident; the execution unless said.'),
    status: p.string().dynamic().title('trigger or resolve; trigger unless said.'),
    tags: p.map(p.string()).dynamic().title('Tags of the incident.'),
  },
  examples: executionExamples(executionNames.type, `${URL_LINE}\nmessage: The load has failed.`),
  run: (ctx, props) =>
    tellExecution(ctx, props, {
      message: async facts => {
        const tags = await props.tags.render()
        return {
          message: await props.message.render(facts.scope),
          description: plainMessage(facts),
          priority: await props.priority.render(),
          event_id: (await props.eventId.render(facts.scope)) ?? facts.id,
          status: (await props.status.render()) ?? 'trigger',
          tags: tags && Object.fromEntries(mapEntries(tags)),
        }
      },
      send: async body => {
        const [url, options] = [await props.url.render(), await props.options.render()]
        await sendJson(ctx, { url, body, options })
      },
    }),
})
