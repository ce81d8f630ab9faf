import { TaskError, defineTask, p } from '@batuta/plugin-sdk'
import { COST_OUTPUT, MODEL_METRICS } from '../chat/chat-properties.ts'
import { costOf } from '../chat/run-chat.ts'
import { compact, listAt, textAt } from '../json.ts'
import { callApi } from '../model/call-model.ts'
import { openModelRoom } from '../model/open-model.ts'
import { usageOf } from '../model/openai-wire.ts'
import { tokensOf } from '../spend/ledger.ts'
import { spendProperties } from '../spend/spend-properties.ts'
import { callOpenai, OPENAI, openaiProperties } from './openai-call.ts'

const SIZES = { SMALL: '256x256', MEDIUM: '512x512', LARGE: '1024x1024' }

/** Of a large one of the best quality. */
const IMAGE_TOKENS = 6_240

export const createImage = defineTask({
  type: 'io.kestra.plugin.openai.CreateImage',
  title: 'Let a model of OpenAI draw images.',
  properties: {
    ...openaiProperties,
    prompt: p.string().dynamic().required().group('main').title('What the image shows.'),
    n: p.integer().group('advanced').title('How many.'),
    size: p
      .enum('SMALL', 'MEDIUM', 'LARGE')
      .dynamic()
      .default('LARGE')
      .group('advanced')
      .title('256, 512 or 1024 pixels.'),
    model: p.string().dynamic().default('gpt-image-1').group('advanced').title('Name of the model.'),
    quality: p.enum('AUTO', 'LOW', 'MEDIUM', 'HIGH').dynamic().group('advanced').title('How fine.'),
    download: p
      .boolean()
      .dynamic()
      .default(false)
      .group('advanced')
      .title('Store the image, instead of its address elsewhere.'),
    ...spendProperties,
  },
  outputs: [
    { name: 'images', type: 'uri[]', description: 'Addresses of the service, or of internal storage.' },
    COST_OUTPUT,
  ],
  metrics: MODEL_METRICS,
  examples: [
    {
      title: 'Draw and keep.',
      full: true,
      code: `id: draw
namespace: company.team
tasks:
  - id: image
    type: io.kestra.plugin.openai.CreateImage
    apiKey: "{{ secret('OPENAI_API_KEY') }}"
    prompt: A lighthouse at dusk, as a woodcut
    clientTimeout: 120
    download: true
`,
    },
  ],
  async run(ctx, props) {
    const room = await openModelRoom(ctx, props)
    const model = await props.model.render()
    const prompt = await room.hide(await props.prompt.render())
    const n = await props.n.render()
    const body = compact({
      model,
      prompt,
      n,
      size: SIZES[await props.size.render()],
      quality: (await props.quality.render())?.toLowerCase(),
      user: await props.user.render(),
    })
    const answerTokens = IMAGE_TOKENS * (n ?? 1)
    const answer = await room.ledger.spend(
      { provider: OPENAI, model, inputTokens: tokensOf([prompt]), answerTokens, isBoundable: false },
      () => callOpenai(ctx, props, { path: '/images/generations', body }),
      usageOf,
    )
    const isKept = await props.download.render()
    const images: string[] = []
    for (const item of listAt(answer, 'data')) {
      const url = textAt(item, 'url')
      const bytes = textAt(item, 'b64_json')
      if (url !== undefined && !isKept) images.push(url)
      else images.push(await ctx.files.put(await bytesOf(url, bytes), { extension: '.png' }))
    }
    return { images, ...costOf(room) }

    async function bytesOf(url: string | undefined, base64: string | undefined): Promise<Uint8Array> {
      if (base64 !== undefined) return Buffer.from(base64, 'base64')
      if (url === undefined) throw new TaskError('OpenAI gave an image without content')
      return (await callApi(ctx, OPENAI, { url, headers: { accept: 'image/*' } })).bytes
    }
  },
})
