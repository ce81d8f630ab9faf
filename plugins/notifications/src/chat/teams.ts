import { defineTask, p } from '@batuta/plugin-sdk'
import { executionProperties, factLines, headline, type ExecutionFacts } from '../base/execution-facts.ts'
import { movedNames } from '../base/names.ts'
import { sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, tellExecution } from '../base/tell-execution.ts'
import { webhookProperties, webhookTask } from '../base/webhook-task.ts'

const URL_LINE = `url: "{{ secret('TEAMS_WEBHOOK') }}"`

export const teamsIncomingWebhook = webhookTask({
  ...movedNames('microsoft365.teams.TeamsIncomingWebhook', 'notifications.teams.TeamsIncomingWebhook'),
  title: 'Send a message to Microsoft Teams by a webhook.',
  exampleLines: `${URL_LINE}\npayload: |\n  {"@type": "MessageCard", "@context": "http://schema.org/extensions", "text": "{{ flow.id }} is done"}`,
})

const executionNames = movedNames('microsoft365.teams.TeamsExecution', 'notifications.teams.TeamsExecution')

export const teamsExecution = defineTask({
  ...executionNames,
  title: 'Tell Microsoft Teams how an execution ended.',
  description: ABOUT_EXECUTION,
  properties: {
    ...webhookProperties,
    ...executionProperties,
    themeColor: p.string().dynamic().default('0076D7').group('advanced').title('The colour of the card.'),
    activityTitle: p.string().dynamic().group('advanced').title('The heading of the card.'),
    activitySubtitle: p.string().dynamic().group('advanced').title('The line below the heading.'),
  },
  examples: executionExamples(executionNames.type, URL_LINE),
  run: (ctx, props) =>
    tellExecution(ctx, props, {
      message: async facts => ({
        ...cardOf(facts, {
          title: (await props.activityTitle.render(facts.scope)) ?? headline(facts),
          subtitle: await props.activitySubtitle.render(facts.scope),
        }),
        themeColor: await props.themeColor.render(),
      }),
      send: async body => {
        const [url, options] = [await props.url.render(), await props.options.render()]
        await sendJson(ctx, { url, body, options })
      },
    }),
})

function cardOf(
  facts: ExecutionFacts,
  { title, subtitle }: { readonly title: string; readonly subtitle: string | undefined },
): Readonly<Record<string, unknown>> {
  return {
    '@type': 'MessageCard',
    '@context': 'http://schema.org/extensions',
    summary: headline(facts),
    sections: [
      {
        activityTitle: title,
        activitySubtitle: subtitle,
        facts: factLines(facts).map(([name, value]) => ({ name, value })),
        text: facts.customMessage,
        markdown: true,
      },
    ],
    potentialAction: [
      { '@type': 'OpenUri', name: 'Open the execution', targets: [{ os: 'default', uri: facts.link }] },
    ],
  }
}
