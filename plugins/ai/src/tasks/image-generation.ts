import { TaskError, defineTask, p } from '@batuta/plugin-sdk'
import { COST_OUTPUT, MODEL_METRICS, providerProperty, TOKEN_OUTPUTS } from '../chat/chat-properties.ts'
import { costOf, tokenUsageOf } from '../chat/run-chat.ts'
import { textAt } from '../json.ts'
import { callModel } from '../model/call-model.ts'
import { openModel, openModelRoom } from '../model/open-model.ts'
import { openaiWire, usageOf } from '../model/openai-wire.ts'
import { tokensOf } from '../spend/ledger.ts'
import { spendProperties } from '../spend/spend-properties.ts'

export const imageGeneration = defineTask({
  type: 'io.kestra.plugin.ai.completion.ImageGeneration',
  aliases: ['io.kestra.plugin.langchain4j.ImageGeneration', 'io.kestra.plugin.langchain4j.completion.ImageGeneration'],
  title: 'Let a model draw an image.',
  description:
    'With providers that offer the images of OpenAI. An image that comes as bytes is stored, and its address given.',
  properties: {
    prompt: p.string().dynamic().required().group('main').title('What the image shows.'),
    provider: providerProperty,
    ...spendProperties,
  },
  outputs: [
    { name: 'imageUrl', type: 'string', description: 'Of the provider, or of internal storage.' },
    ...TOKEN_OUTPUTS,
    COST_OUTPUT,
  ],
  metrics: MODEL_METRICS,
  examples: [
    {
      title: 'Draw a cover.',
      full: true,
      code: `id: cover
namespace: company.team
tasks:
  - id: draw
    type: io.kestra.plugin.ai.completion.ImageGeneration
    prompt: A lighthouse at dusk, as a woodcut
    provider:
      type: io.kestra.plugin.ai.provider.OpenAI
      apiKey: "{{ secret('OPENAI_API_KEY') }}"
      modelName: gpt-image-1
`,
    },
  ],
  async run(ctx, props) {
    const room = await openModelRoom(ctx, props)
    const { provider } = await openModel(room, props.provider.raw)
    if (provider.wire !== openaiWire)
      throw new TaskError(`${provider.name} offers no images here: use OpenAI, AzureOpenAI or a compatible provider`)
    const { name, model } = provider
    const prompt = await room.hide(await props.prompt.render())
    const body = { model, prompt, n: 1 }
    const answer = await room.ledger.spend(
      { provider: name, model, inputTokens: tokensOf([prompt]), isBoundable: false },
      () => callModel(ctx, provider, { path: '/images/generations', body }),
      usageOf,
    )
    const usage = usageOf(answer)
    const bytes = textAt(answer, 'data', 0, 'b64_json')
    const url = textAt(answer, 'data', 0, 'url')
    if (url === undefined && bytes === undefined) throw new TaskError(`${provider.name} gave no image`)
    const imageUrl = url ?? (await ctx.files.put(Buffer.from(bytes ?? '', 'base64'), { extension: '.png' }))
    return { imageUrl, tokenUsage: tokenUsageOf(usage), finishReason: 'STOP', ...costOf(room) }
  },
})
