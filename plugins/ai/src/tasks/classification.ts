import { TaskError, defineTask, p } from '@batuta/plugin-sdk'
import { COST_OUTPUT, GUARD_OUTPUTS, MODEL_METRICS, TOKEN_OUTPUTS } from '../chat/chat-properties.ts'
import { textAt } from '../json.ts'
import { askOnce, questionProperties } from './extract.ts'

export const classification = defineTask({
  type: 'io.kestra.plugin.ai.completion.Classification',
  aliases: ['io.kestra.plugin.langchain4j.Classification', 'io.kestra.plugin.langchain4j.completion.Classification'],
  title: 'Let a model put a text into one of several classes.',
  description: 'An answer that is none of the classes fails the task: what follows can rely on them.',
  properties: {
    ...questionProperties,
    classes: p.list(p.string()).dynamic().required().group('main').title('The classes.'),
  },
  outputs: [
    { name: 'classification', type: 'string', description: 'One of the classes.' },
    ...TOKEN_OUTPUTS,
    ...GUARD_OUTPUTS,
    COST_OUTPUT,
  ],
  metrics: MODEL_METRICS,
  examples: [
    {
      title: 'Sort a complaint, without telling the model who complains.',
      full: true,
      code: `id: sort_complaints
namespace: company.support
inputs:
  - { id: text, type: STRING }
tasks:
  - id: sort
    type: io.kestra.plugin.ai.completion.Classification
    provider:
      type: io.kestra.plugin.ai.provider.Anthropic
      apiKey: "{{ secret('ANTHROPIC_API_KEY') }}"
      modelName: claude-haiku-4-5
    prompt: "{{ inputs.text }}"
    classes: [delivery, billing, other]
    personalData: { action: redact }
`,
    },
  ],
  async run(ctx, props) {
    const classes = await props.classes.render()
    if (classes.length === 0) throw new TaskError('"classes" is empty: name at least one')
    const { outputs, isViolated } = await askOnce(ctx, props, {
      instructions: `Put the text into exactly one of these classes: ${classes.join(', ')}. Answer with JSON: {"classification": "<class>"}.`,
      json: { name: 'classification', isStrict: true, schema: schemaOf(classes) },
    })
    if (isViolated) return outputs
    const { jsonOutput, tokenUsage, finishReason, cost } = outputs
    const said = textAt(jsonOutput, 'classification') ?? ''
    const found = classes.find(each => each.toLowerCase() === said.trim().toLowerCase())
    if (found === undefined)
      throw new TaskError(`the model said "${said.slice(0, 100)}", which is none of ${classes.join(', ')}`)
    return { classification: found, tokenUsage, finishReason, cost, guardrailViolated: false }
  },
})

function schemaOf(classes: readonly string[]): Readonly<Record<string, unknown>> {
  return {
    type: 'object',
    properties: { classification: { type: 'string', enum: classes } },
    required: ['classification'],
    additionalProperties: false,
  }
}
