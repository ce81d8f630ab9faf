import { TaskError, defineTask, p } from '@batuta/plugin-sdk'
import { COST_OUTPUT, MODEL_METRICS } from '../chat/chat-properties.ts'
import { costOf } from '../chat/run-chat.ts'
import { at, compact, isRecord, parsedJson } from '../json.ts'
import { openModelRoom } from '../model/open-model.ts'
import { usageOf } from '../model/openai-wire.ts'
import { tokensOf } from '../spend/ledger.ts'
import { spendProperties } from '../spend/spend-properties.ts'
import { callOpenai, OPENAI, openaiProperties } from './openai-call.ts'

export const openaiChat = defineTask({
  type: 'io.kestra.plugin.openai.ChatCompletion',
  title: 'Let a model of OpenAI, or of a compatible service, answer.',
  properties: {
    ...openaiProperties,
    messages: p
      .list(p.object({ role: p.string().required(), content: p.string(), name: p.string() }))
      .dynamic()
      .group('advanced')
      .title('What was said, by role.'),
    functions: p
      .list(p.object({ name: p.string().required(), description: p.string(), parameters: p.any() }))
      .dynamic()
      .group('advanced')
      .title('Functions that the model may want called; the answer says with what.'),
    functionCall: p
      .string()
      .dynamic()
      .default('auto')
      .group('advanced')
      .title('auto, none, or the name of a function.'),
    prompt: p.string().dynamic().group('main').title('What the user says, after the messages.'),
    temperature: p.number().dynamic().default(1).group('advanced').title('How freely it answers.'),
    topP: p.number().dynamic().group('destination').title('Only from the likeliest words that make up this share.'),
    n: p.integer().dynamic().default(1).group('advanced').title('How many answers.'),
    stop: p.list(p.string()).dynamic().group('destination').title('Texts at which it stops.'),
    maxTokens: p.integer().dynamic().group('connection').title('The longest answer.'),
    presencePenalty: p.number().dynamic().group('advanced').title('Against speaking of the same things.'),
    frequencyPenalty: p.number().dynamic().group('advanced').title('Against repeating words.'),
    logitBias: p.map(p.integer()).dynamic().group('advanced').title('Likeliness of single tokens.'),
    model: p.string().dynamic().required().group('main').title('Name of the model.'),
    jsonResponseSchema: p.string().dynamic().group('connection').title('JSON schema of the answer.'),
    promptCaching: p.boolean().dynamic().title('Accepted; the service keeps beginnings of prompts by itself.'),
    ...spendProperties,
  },
  outputs: [
    { name: 'id', type: 'string' },
    { name: 'object', type: 'string' },
    { name: 'model', type: 'string' },
    { name: 'choices', type: 'Choice[]', description: 'Each with `message.content` and `finish_reason`.' },
    { name: 'usage', type: 'CompletionUsage' },
    COST_OUTPUT,
  ],
  metrics: MODEL_METRICS,
  examples: [
    {
      title: 'Ask.',
      full: true,
      code: `id: ask
namespace: company.team
tasks:
  - id: answer
    type: io.kestra.plugin.openai.ChatCompletion
    apiKey: "{{ secret('OPENAI_API_KEY') }}"
    model: gpt-4o-mini
    prompt: What is a cursor of a database? In one sentence.
  - id: log
    type: io.kestra.plugin.core.log.Log
    message: "{{ outputs.answer.choices[0].message.content }}"
`,
    },
  ],
  async run(ctx, props) {
    const room = await openModelRoom(ctx, props)
    const model = await props.model.render()
    const prompt = await props.prompt.render()
    const messages: Record<string, unknown>[] = []
    for (const { role, content, name } of (await props.messages.render()) ?? [])
      messages.push(compact({ role, content: await room.hide(content ?? ''), name }))
    if (prompt !== undefined) messages.push({ role: 'user', content: await room.hide(prompt) })
    if (messages.length === 0) throw new TaskError('say something: prompt or messages')
    const functions = await props.functions.render()
    const choice = await props.functionCall.render()
    const schema = await props.jsonResponseSchema.render()
    const maxTokens = await props.maxTokens.render()
    const n = await props.n.render()
    const body = compact({
      model,
      messages,
      user: await props.user.render(),
      ...(functions && {
        tools: functions.map(each => ({
          type: 'function',
          function: { ...each, parameters: schemaOf(each.parameters) },
        })),
        tool_choice: choice === 'auto' || choice === 'none' ? choice : { type: 'function', function: { name: choice } },
      }),
      temperature: props.temperature.isSet ? await props.temperature.render() : undefined,
      top_p: await props.topP.render(),
      n,
      stop: await props.stop.render(),
      max_tokens: maxTokens,
      presence_penalty: await props.presencePenalty.render(),
      frequency_penalty: await props.frequencyPenalty.render(),
      logit_bias: biasOf(await props.logitBias.render()),
      response_format: schema === undefined ? undefined : formatOf(schema),
    })
    const choices = n ?? 1
    const answer = await room.ledger.spend(
      {
        provider: OPENAI,
        model,
        inputTokens: tokensOf(messages.map(message => JSON.stringify(message))),
        answerTokens: maxTokens === undefined ? undefined : maxTokens * choices,
      },
      async bound => {
        const said = bound === undefined ? body : { ...body, max_tokens: Math.floor(bound / choices) }
        return await callOpenai(ctx, props, { path: '/chat/completions', body: said })
      },
      usageOf,
    )
    const text: unknown = JSON.parse(await room.restore(JSON.stringify(at(answer, 'choices') ?? [])))
    return {
      id: at(answer, 'id'),
      object: at(answer, 'object'),
      model: at(answer, 'model'),
      choices: text,
      usage: at(answer, 'usage'),
      ...costOf(room),
    }
  },
})

function biasOf(bias: ReadonlyMap<string, number> | undefined): Record<string, number> | undefined {
  return bias && Object.fromEntries(bias)
}

function schemaOf(written: unknown): unknown {
  return typeof written === 'string' ? parsedJson(written) : (written ?? { type: 'object', properties: {} })
}

function formatOf(text: string): Record<string, unknown> {
  const schema = parsedJson(text)
  if (!isRecord(schema)) throw new TaskError('"jsonResponseSchema" must be a JSON schema')
  return { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } }
}
