import {
  defineTask,
  mapEntries,
  p,
  printValue,
  TaskError,
  type LazyProperties,
  type RunContext,
} from '@batuta/plugin-sdk'
import { executionProperties, factLines, headline, plainMessage } from '../base/execution-facts.ts'
import { notificationNames } from '../base/names.ts'
import { sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, taskExample, tellExecution } from '../base/tell-execution.ts'
import { webhookProperties } from '../base/webhook-task.ts'

const opsgenieProperties = {
  ...webhookProperties,
  authorizationToken: p.string().dynamic().secret().group('connection').title('The key of the integration.'),
} as const

const alertNames = notificationNames('opsgenie', 'OpsgenieAlert')
const LINES = `url: https://api.opsgenie.com/v2/alerts\nauthorizationToken: "{{ secret('OPSGENIE_KEY') }}"`

export const opsgenieAlert = defineTask({
  ...alertNames,
  title: 'Open an alert of Opsgenie.',
  properties: opsgenieProperties,
  examples: [
    taskExample('Open an alert.', alertNames.type, `${LINES}\npayload: |\n  {"message": "{{ flow.id }} stands still"}`),
  ],
  async run(ctx, props) {
    const body = await props.payload.render()
    if (body === undefined) throw new TaskError('property "payload" is missing: there is nothing to send')
    await send(ctx, props, body)
  },
})

const executionNames = notificationNames('opsgenie', 'OpsgenieExecution')

export const opsgenieExecution = defineTask({
  ...executionNames,
  title: 'Open an alert of Opsgenie for an execution.',
  description: ABOUT_EXECUTION,
  properties: {
    ...opsgenieProperties,
    ...executionProperties,
    message: p.string().dynamic().title('What happened, in a line.'),
    alias: p.string().dynamic().title('Alerts of one alias are one; the execution unless said.'),
    responders: p
      .map(p.string())
      .dynamic()
      .title('Who is to answer: their ids, with user, team, escalation or schedule.'),
    visibleTo: p.map(p.string()).dynamic().title('Who sees it: their ids, with user or team.'),
    tags: p.list(p.string()).dynamic().title('Tags of the alert.'),
    priority: p.string().dynamic().title('P1 to P5.'),
  },
  examples: executionExamples(executionNames.type, LINES),
  run: (ctx, props) =>
    tellExecution(ctx, props, {
      message: async facts => ({
        message: (await props.message.render(facts.scope)) ?? headline(facts),
        alias: (await props.alias.render(facts.scope)) ?? facts.id,
        description: plainMessage(facts),
        responders: whom(await props.responders.render()),
        visibleTo: whom(await props.visibleTo.render()),
        tags: await props.tags.render(),
        priority: await props.priority.render(),
        entity: `${facts.namespace}.${facts.flowId}`,
        source: 'Batuta',
        details: Object.fromEntries(factLines(facts)),
      }),
      send: body => send(ctx, props, body),
    }),
})

function whom(people: ReadonlyMap<string, string> | undefined): unknown {
  return people && [...mapEntries(people)].map(([id, type]) => ({ id, type: printValue(type) }))
}

async function send(ctx: RunContext, props: LazyProperties<typeof opsgenieProperties>, body: unknown): Promise<void> {
  const key = await props.authorizationToken.render()
  const authorization = key === undefined || /^\S+ /.test(key) ? key : `GenieKey ${key}`
  await sendJson(ctx, {
    ...{ url: await props.url.render(), body, options: await props.options.render() },
    ...(authorization === undefined ? {} : { headers: { authorization } }),
  })
}
