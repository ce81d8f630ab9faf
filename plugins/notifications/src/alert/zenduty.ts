import { defineTask, p } from '@batuta/plugin-sdk'
import { executionProperties, factLines, headline, plainMessage } from '../base/execution-facts.ts'
import { notificationNames } from '../base/names.ts'
import { sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, tellExecution } from '../base/tell-execution.ts'
import { webhookProperties, webhookTask } from '../base/webhook-task.ts'

const URL_LINE = `url: "{{ secret('ZENDUTY_WEBHOOK') }}"`

export const zendutyAlert = webhookTask({
  ...notificationNames('zenduty', 'ZendutyAlert'),
  title: 'Open an alert of Zenduty.',
  exampleLines: `${URL_LINE}\npayload: |\n  {"alert_type": "error", "message": "{{ flow.id }} stands still"}`,
})

const executionNames = notificationNames('zenduty', 'ZendutyExecution')

export const zendutyExecution = defineTask({
  ...executionNames,
  title: 'Open an alert of Zenduty for an execution.',
  description: ABOUT_EXECUTION,
  properties: {
    ...webhookProperties,
    ...executionProperties,
    message: p.string().dynamic().title('What happened, in a line.'),
    summary: p.string().dynamic().title('What happened, at length.'),
    alertType: p
      .enum('CRITICAL', 'ACKNOWLEDGED', 'RESOLVED', 'ERROR', 'WARNING', 'INFO')
      .dynamic()
      .title('How bad it is.'),
    entityId: p.string().dynamic().title('Alerts of one entity are one; the execution unless said.'),
    urls: p.list(p.string()).dynamic().title('Links beside that of the execution.'),
  },
  examples: executionExamples(executionNames.type, URL_LINE),
  run: (ctx, props) =>
    tellExecution(ctx, props, {
      message: async facts => ({
        alert_type: ((await props.alertType.render()) ?? KINDS.get(facts.state) ?? 'INFO').toLowerCase(),
        message: (await props.message.render(facts.scope)) ?? headline(facts),
        summary: (await props.summary.render(facts.scope)) ?? plainMessage(facts),
        entity_id: (await props.entityId.render(facts.scope)) ?? facts.id,
        payload: Object.fromEntries(factLines(facts)),
        urls: [facts.link, ...((await props.urls.render()) ?? [])].map(link => ({ link_url: link, link_text: link })),
      }),
      send: async body => {
        const [url, options] = [await props.url.render(), await props.options.render()]
        await sendJson(ctx, { url, body, options })
      },
    }),
})

const KINDS: ReadonlyMap<string, string> = new Map([
  ['FAILED', 'ERROR'],
  ['KILLED', 'ERROR'],
  ['CANCELLED', 'ERROR'],
  ['WARNING', 'WARNING'],
])
