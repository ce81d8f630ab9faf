import { TaskError, defineTask, p, toPlain } from '@batuta/plugin-sdk'
import { COST_OUTPUT, MODEL_METRICS } from '../chat/chat-properties.ts'
import { costOf } from '../chat/run-chat.ts'
import { compact, isRecord, listAt, textAt } from '../json.ts'
import { openModelRoom } from '../model/open-model.ts'
import { usageOf } from '../model/openai-wire.ts'
import { tokensOf } from '../spend/ledger.ts'
import { spendProperties } from '../spend/spend-properties.ts'
import { callOpenai, OPENAI, openaiProperties } from './openai-call.ts'

export const responses = defineTask({
  type: 'io.kestra.plugin.openai.Responses',
  title: 'Let a model of OpenAI answer, with the tools that the service has built in.',
  properties: {
    ...openaiProperties,
    model: p.string().dynamic().required().group('main').title('Name of the model.'),
    input: p.any().dynamic().required().group('main').title('A text, or a list of messages.'),
    text: p.any().dynamic().group('advanced').title('Form of the answer: `format`.'),
    tools: p.any().dynamic().group('destination').title('Tools: a list of maps with `type`.'),
    toolChoice: p.enum('NONE', 'AUTO', 'REQUIRED').dynamic().group('destination').title('Whether tools are used.'),
    store: p
      .boolean()
      .dynamic()
      .default(true)
      .group('destination')
      .title('Kept by the service, for `previousResponseId`.'),
    previousResponseId: p.string().dynamic().group('advanced').title('The answer after which it goes on.'),
    promptId: p.string().dynamic().title('A prompt that the service keeps.'),
    promptVariables: p.map(p.string()).dynamic().title('Its variables.'),
    reasoning: p.map(p.string()).dynamic().group('advanced').title('How much it thinks: `effort`.'),
    maxOutputTokens: p.integer().dynamic().group('connection').title('The longest answer.'),
    temperature: p.number().dynamic().default(1).title('How freely it answers.'),
    topP: p.number().dynamic().title('Only from the likeliest words that make up this share.'),
    parallelToolCalls: p.boolean().dynamic().group('execution').title('Several tools at a time.'),
    promptCaching: p.boolean().dynamic().title('Accepted; the service keeps beginnings of prompts by itself.'),
    ...spendProperties,
  },
  outputs: [
    { name: 'responseId', type: 'string' },
    { name: 'outputText', type: 'string' },
    { name: 'sources', type: 'string[]', description: 'Addresses that the answer names.' },
    { name: 'rawResponse', type: 'map<any>' },
    COST_OUTPUT,
  ],
  metrics: MODEL_METRICS,
  examples: [
    {
      title: 'Ask, with a search of the web.',
      full: true,
      code: `id: news
namespace: company.team
tasks:
  - id: answer
    type: io.kestra.plugin.openai.Responses
    apiKey: "{{ secret('OPENAI_API_KEY') }}"
    model: gpt-4.1-mini
    clientTimeout: 120
    input: What was new in data engineering this week?
    tools:
      - type: web_search_preview
`,
    },
  ],
  async run(ctx, props) {
    const room = await openModelRoom(ctx, props)
    const model = await props.model.render()
    const plain = async (raw: typeof props.input.raw): Promise<unknown> =>
      raw === undefined ? undefined : toPlain(await ctx.renderTyped(raw))
    const input = await plain(props.input.raw)
    const promptId = await props.promptId.render()
    const variables = await props.promptVariables.render()
    const hidden = await room.hide(typeof input === 'string' ? input : JSON.stringify(input ?? null))
    const maxTokens = await props.maxOutputTokens.render()
    const body = compact({
      model,
      input: typeof input === 'string' ? hidden : (JSON.parse(hidden) ?? undefined),
      user: await props.user.render(),
      text: await plain(props.text.raw),
      tools: await plain(props.tools.raw),
      tool_choice: (await props.toolChoice.render())?.toLowerCase(),
      store: await props.store.render(),
      previous_response_id: await props.previousResponseId.render(),
      prompt:
        promptId === undefined
          ? undefined
          : compact({ id: promptId, variables: variables && Object.fromEntries(variables) }),
      reasoning: recordOf(await props.reasoning.render()),
      max_output_tokens: maxTokens,
      temperature: props.temperature.isSet ? await props.temperature.render() : undefined,
      top_p: await props.topP.render(),
      parallel_tool_calls: await props.parallelToolCalls.render(),
    })
    const answer = await room.ledger.spend(
      { provider: OPENAI, model, inputTokens: tokensOf([hidden]), answerTokens: maxTokens },
      async bound => {
        const said = bound === undefined ? body : { ...body, max_output_tokens: bound }
        return await callOpenai(ctx, props, { path: '/responses', body: said })
      },
      usageOf,
    )
    if (!isRecord(answer)) throw new TaskError('OpenAI answered with what is no JSON')
    const parts = listAt(answer, 'output').flatMap(item => listAt(item, 'content'))
    const outputText = parts.map(part => textAt(part, 'text') ?? '').join('')
    const sources = parts.flatMap(part => listAt(part, 'annotations')).flatMap(note => textAt(note, 'url') ?? [])
    return {
      responseId: textAt(answer, 'id'),
      outputText: await room.restore(outputText),
      sources: [...new Set(sources)],
      rawResponse: answer,
      ...costOf(room),
    }
  },
})

function recordOf(map: ReadonlyMap<string, string> | undefined): Record<string, string> | undefined {
  return map && Object.fromEntries(map)
}
