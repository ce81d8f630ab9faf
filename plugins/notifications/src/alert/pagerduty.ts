import { defineTask, p } from '@batuta/plugin-sdk'
import { executionProperties, factLines, headline } from '../base/execution-facts.ts'
import { notificationNames } from '../base/names.ts'
import { sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, tellExecution } from '../base/tell-execution.ts'
import { webhookProperties, webhookTask } from '../base/webhook-task.ts'

const URL_LINE = 'url: https://events.pagerduty.com/v2/enqueue'

export const pagerDutyAlert = webhookTask({
  ...notificationNames('pagerduty', 'PagerDutyAlert'),
  title: 'Send an event to PagerDuty.',
  exampleLines: `${URL_LINE}\npayload: |\n  {"routing_key": "{{ secret('PAGERDUTY_KEY') }}", "event_action": "trigger", "payload": {"summary": "{{ flow.id }} stands still", "source": "batuta", "severity": "error"}}`,
})

const executionNames = notificationNames('pagerduty', 'PagerDutyExecution')

export const pagerDutyExecution = defineTask({
  ...executionNames,
  title: 'Open or close an incident of PagerDuty for an execution.',
  description: ABOUT_EXECUTION,
  properties: {
    ...webhookProperties,
    ...executionProperties,
    routingKey: p.string().dynamic().secret().title('The integration key of the service.'),
    deduplicationKey: p.string().dynamic().title('Events of one key are one incident; the execution unless said.'),
    eventAction: p.string().dynamic().title('trigger, acknowledge or resolve; trigger unless said.'),
    payloadSummary: p.string().dynamic().title('What happened, in a line.'),
  },
  examples: executionExamples(executionNames.type, `${URL_LINE}\nroutingKey: "{{ secret('PAGERDUTY_KEY') }}"`),
  run: (ctx, props) =>
    tellExecution(ctx, props, {
      message: async facts => ({
        routing_key: await props.routingKey.render(),
        dedup_key: (await props.deduplicationKey.render(facts.scope)) ?? facts.id,
        event_action: ((await props.eventAction.render()) ?? 'trigger').toLowerCase(),
        client: 'Batuta',
        client_url: facts.link,
        links: [{ href: facts.link, text: 'The execution' }],
        payload: {
          summary: (await props.payloadSummary.render(facts.scope)) ?? headline(facts),
          source: `${facts.namespace}.${facts.flowId}`,
          severity: SEVERITIES.get(facts.state) ?? 'info',
          timestamp: facts.startDate,
          custom_details: { ...Object.fromEntries(factLines(facts)), message: facts.customMessage },
        },
      }),
      send: async body => {
        const [url, options] = [await props.url.render(), await props.options.render()]
        await sendJson(ctx, { url, body, options })
      },
    }),
})

const SEVERITIES: ReadonlyMap<string, string> = new Map([
  ['FAILED', 'error'],
  ['KILLED', 'error'],
  ['CANCELLED', 'error'],
  ['WARNING', 'warning'],
])
