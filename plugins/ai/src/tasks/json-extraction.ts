import { TaskError, defineTask, p } from '@batuta/plugin-sdk'
import { COST_OUTPUT, GUARD_OUTPUTS, MODEL_METRICS, TOKEN_OUTPUTS } from '../chat/chat-properties.ts'
import { isRecord } from '../json.ts'
import { askOnce, questionProperties } from './extract.ts'

export const jsonExtraction = defineTask({
  type: 'io.kestra.plugin.ai.completion.JSONStructuredExtraction',
  aliases: [
    'io.kestra.plugin.langchain4j.JSONStructuredExtraction',
    'io.kestra.plugin.langchain4j.completion.JSONStructuredExtraction',
  ],
  title: 'Let a model find named values in a text.',
  properties: {
    ...questionProperties,
    schemaName: p.string().dynamic().required().group('main').title('What the values together are, e.g. `Person`.'),
    jsonFields: p.list(p.string()).dynamic().required().group('main').title('Names of the values.'),
  },
  outputs: [
    { name: 'schemaName', type: 'string' },
    { name: 'extractedJson', type: 'string', description: 'All fields, as JSON; null for what the text does not say.' },
    ...TOKEN_OUTPUTS,
    ...GUARD_OUTPUTS,
    COST_OUTPUT,
  ],
  metrics: MODEL_METRICS,
  examples: [
    {
      title: 'Read an order out of a mail.',
      full: true,
      code: `id: read_order
namespace: company.shop
inputs:
  - { id: mail, type: STRING }
tasks:
  - id: order
    type: io.kestra.plugin.ai.completion.JSONStructuredExtraction
    provider:
      type: io.kestra.plugin.ai.provider.Ollama
      endpoint: http://localhost:11434
      modelName: llama3
    schemaName: Order
    jsonFields: [article, quantity, city]
    prompt: "{{ inputs.mail }}"
  - id: log
    type: io.kestra.plugin.core.log.Log
    message: "{{ fromJson(outputs.order.extractedJson).article }}"
`,
    },
  ],
  async run(ctx, props) {
    const schemaName = await props.schemaName.render()
    const fields = await props.jsonFields.render()
    if (fields.length === 0) throw new TaskError('"jsonFields" is empty: name at least one')
    const { outputs, isViolated } = await askOnce(ctx, props, {
      instructions: `Find in the text what makes a ${schemaName}. Answer with JSON that has exactly the fields ${fields.join(', ')}; null for what the text does not say.`,
      json: {
        name: schemaName.replace(/[^\w-]/g, '_'),
        isStrict: true,
        schema: {
          type: 'object',
          properties: Object.fromEntries(fields.map(name => [name, { type: ['string', 'number', 'boolean', 'null'] }])),
          required: fields,
          additionalProperties: false,
        },
      },
    })
    if (isViolated) return outputs
    const { jsonOutput, tokenUsage, finishReason, cost } = outputs
    const found = isRecord(jsonOutput) ? jsonOutput : {}
    const extractedJson = JSON.stringify(Object.fromEntries(fields.map(name => [name, found[name] ?? null])))
    return { schemaName, extractedJson, tokenUsage, finishReason, cost, guardrailViolated: false }
  },
})
