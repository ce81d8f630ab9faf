import { defineTask, isList, p, TaskError, type Rendered, type Value } from '@batuta/plugin-sdk'
import { colourOf, executionProperties, factLines, headline, type ExecutionFacts } from '../base/execution-facts.ts'
import { notificationNames } from '../base/names.ts'
import { sendJson } from '../base/send-json.ts'
import { ABOUT_EXECUTION, executionExamples, tellExecution } from '../base/tell-execution.ts'
import { webhookProperties, webhookTask } from '../base/webhook-task.ts'

const URL_LINE = `url: "{{ secret('DISCORD_WEBHOOK') }}"`
/** Discord takes no more. */
const FIELDS_MAX = 25

export const discordIncomingWebhook = webhookTask({
  ...notificationNames('discord', 'DiscordIncomingWebhook'),
  title: 'Send a message to Discord by a webhook.',
  exampleLines: `${URL_LINE}\npayload: |\n  {"username": "Batuta", "content": "{{ flow.id }} is done"}`,
})

const embed = {
  title: p.string().dynamic().title('Its heading.'),
  websiteUrl: p.string().dynamic().title('Where the heading leads.'),
  description: p.string().dynamic().title('Its text.'),
  thumbnail: p.string().dynamic().title('The address of a small picture.'),
  authorName: p.string().dynamic().title('Who says it.'),
  color: p.any().dynamic().title('A number, or red, green and blue from 0 to 255.'),
  footer: p.string().dynamic().title('The line below.'),
} as const

const executionNames = notificationNames('discord', 'DiscordExecution')

export const discordExecution = defineTask({
  ...executionNames,
  title: 'Tell Discord how an execution ended.',
  description: ABOUT_EXECUTION,
  properties: {
    ...webhookProperties,
    ...executionProperties,
    username: p.string().dynamic().title('The name of the sender.'),
    avatarUrl: p.string().dynamic().title('The picture of the sender.'),
    embedList: p.list(p.object(embed)).dynamic().title('Cards instead of the built-in one.'),
    content: p.string().dynamic().title('The text above the card.'),
  },
  examples: executionExamples(executionNames.type, URL_LINE),
  run: (ctx, props) =>
    tellExecution(ctx, props, {
      message: async facts => {
        const embeds = await props.embedList.render(facts.scope)
        return {
          content: await props.content.render(facts.scope),
          username: await props.username.render(),
          avatar_url: await props.avatarUrl.render(),
          embeds: embeds === undefined ? [cardOf(facts)] : embeds.map(embedOf),
        }
      },
      send: async body => {
        const [url, options] = [await props.url.render(), await props.options.render()]
        await sendJson(ctx, { url, body, options })
      },
    }),
})

function cardOf(facts: ExecutionFacts): unknown {
  return {
    title: headline(facts),
    url: facts.link,
    color: Number.parseInt(colourOf(facts), 16),
    ...(facts.customMessage === undefined ? {} : { description: facts.customMessage }),
    fields: factLines(facts)
      .filter(([, value]) => value !== '')
      .slice(0, FIELDS_MAX)
      .map(([name, value]) => ({ name, value, inline: value.length < 40 })),
  }
}

function embedOf({
  title,
  websiteUrl,
  description,
  thumbnail,
  authorName,
  color,
  footer,
}: Rendered<typeof embed>): unknown {
  return {
    title,
    url: websiteUrl,
    description,
    ...(thumbnail === undefined ? {} : { thumbnail: { url: thumbnail } }),
    ...(authorName === undefined ? {} : { author: { name: authorName } }),
    ...(color === undefined ? {} : { color: colourNumber(color) }),
    ...(footer === undefined ? {} : { footer: { text: footer } }),
  }
}

function colourNumber(color: Value): number {
  const parts = (isList(color) ? color : [color]).map(part => Number(part))
  const [red = Number.NaN, green = 0, blue = 0] = parts
  const number = parts.length === 3 ? (red << 16) | (green << 8) | blue : red
  if (Number.isInteger(number)) return number
  throw new TaskError('property "embedList.color" must be a number, or red, green and blue from 0 to 255')
}
