// What the tasks with one question in common: a prompt or blocks, instructions, an answer in a form.
import { TaskError, p, type LazyProperties, type RunContext } from '@batuta/plugin-sdk'
import { configurationProperty, guardrailsProperty, providerProperty } from '../chat/chat-properties.ts'
import { readBlocks } from '../chat/content-blocks.ts'
import { openGuardrails } from '../chat/guardrails.ts'
import { readConfiguration } from '../chat/read-configuration.ts'
import { runChat, type TalkEnd } from '../chat/run-chat.ts'
import type { JsonFormat } from '../model/chat-types.ts'
import { openModel, openModelRoom } from '../model/open-model.ts'
import { spendProperties } from '../spend/spend-properties.ts'

export const questionProperties = {
  prompt: p.string().dynamic().group('main').title('The text.'),
  contentBlocks: p
    .list(p.object({ type: p.string(), text: p.string(), uri: p.string() }))
    .dynamic()
    .title('Texts and images, instead of or after the text: `type` TEXT or IMAGE, `text` or `uri`.'),
  systemMessage: p.string().dynamic().group('advanced').title('Instructions, instead of the built-in ones.'),
  provider: providerProperty,
  configuration: configurationProperty,
  guardrails: guardrailsProperty,
  ...spendProperties,
}

export interface Question {
  readonly instructions: string
  readonly json: JsonFormat
}

export async function askOnce(
  ctx: RunContext,
  props: LazyProperties<typeof questionProperties>,
  { instructions, json }: Question,
): Promise<TalkEnd> {
  const blocks = await readBlocks(ctx, (await props.contentBlocks.render()) ?? [])
  const text = [(await props.prompt.render()) ?? '', blocks.text].filter(part => part !== '').join('\n')
  if (text === '' && blocks.images.length === 0) throw new TaskError('say what to look at: prompt or contentBlocks')
  const system = await props.systemMessage.render()
  const room = await openModelRoom(ctx, props)
  return await runChat(room, {
    model: await openModel(room, props.provider.raw),
    settings: { ...(await readConfiguration(ctx, props.configuration.raw)), json },
    messages: [
      { role: 'system', text: system === undefined ? instructions : `${system}\n${instructions}` },
      { role: 'user', text, images: blocks.images },
    ],
    guardrails: openGuardrails(ctx, props.guardrails.raw),
  })
}
