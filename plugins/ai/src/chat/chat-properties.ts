import { p } from '@batuta/plugin-sdk'

const TYPE_OF_PROVIDER = 'A map with `type` (io.kestra.plugin.ai.provider.…), `modelName` and what the provider needs.'

export const providerProperty = p
  .any()
  .required()
  .group('main')
  .title('Whose model answers.')
  .describe(TYPE_OF_PROVIDER)

export const configurationProperty = p
  .any()
  .default({})
  .group('advanced')
  .title('How the model answers: temperature, topK, topP, seed, maxToken, responseFormat, thinkingEnabled …')

export const toolsProperty = p
  .any()
  .group('destination')
  .title('What the model may use: a list of maps with `type` (io.kestra.plugin.ai.tool.…).')

export const guardrailsProperty = p
  .any()
  .group('advanced')
  .title('Conditions on what goes in and what comes out: lists `input` and `output` of `expression` and `message`.')
  .describe(
    'An expression sees the text as `message`; the task ends without calling, or without showing, what is not true.',
  )

export const observabilityProperty = p
  .any()
  .group('advanced')
  .title('Accepted, and not sent anywhere: metrics and traces are the server’s.')

export const retrieversProperty = p
  .any()
  .dynamic()
  .group('advanced')
  .title('Where to look first: a list of maps with `type` (io.kestra.plugin.ai.retriever.…).')

export const memoryProperty = p
  .any()
  .group('execution')
  .title(
    'Where the conversation is kept from run to run: a map with `type` (io.kestra.plugin.ai.memory.KestraKVStore).',
  )

const TOKENS = { name: 'tokenUsage', type: 'TokenUsage{inputTokenCount, outputTokenCount, totalTokenCount}' } as const
const FINISH = {
  name: 'finishReason',
  type: 'FinishReason',
  description: 'STOP, LENGTH, TOOL_EXECUTION, CONTENT_FILTER.',
}

export const COST_OUTPUT = {
  name: 'cost',
  type: 'float',
  description: 'US dollars, by the price of the model; absent when nobody knows it.',
} as const

const GUARDED = [
  { name: 'guardrailViolated', type: 'bool', description: 'A condition was not true.' },
  { name: 'guardrailViolationMessage', type: 'string', description: 'Which one.' },
] as const

const EXECUTIONS = 'ToolExecution{requestId, requestName, requestArguments, result}[]'
const RESPONSES = 'AIResponse{id, completion, tokenUsage, finishReason, toolExecutionRequests, requestDuration}[]'

/** Of a chat; the shapes of lists are spelled out by the agent only, as published. */
export function chatOutputs(isSpelledOut = false): { readonly name: string; readonly type: string }[] {
  return [
    { name: 'textOutput', type: 'string' },
    { name: 'jsonOutput', type: 'map<any>' },
    TOKENS,
    FINISH,
    { name: 'toolExecutions', type: isSpelledOut ? EXECUTIONS : 'ToolExecution[]' },
    { name: 'intermediateResponses', type: isSpelledOut ? RESPONSES : 'AIResponse[]' },
    { name: 'requestDuration', type: 'long' },
    { name: 'outputFiles', type: 'map<uri>' },
    { name: 'thinking', type: 'string' },
    { name: 'sources', type: isSpelledOut ? 'ContentSource{content, metadata}[]' : 'ContentSource[]' },
    ...GUARDED,
  ]
}

export const TOKEN_OUTPUTS = [TOKENS, FINISH] as const
export const GUARD_OUTPUTS = GUARDED

const COUNTERS = ['input.token.count', 'output.token.count', 'total.token.count'] as const
export const TOKEN_METRICS = COUNTERS.map(name => ({ name, type: 'counter' as const, unit: 'tokens' }))
export const MODEL_METRICS = [
  ...TOKEN_METRICS,
  { name: 'ai.provider.calls', type: 'counter' as const, unit: 'calls' },
  { name: 'ai.cost', type: 'counter' as const, unit: 'US dollars' },
]
export const AGENT_METRICS = [
  ...MODEL_METRICS,
  { name: 'ai.agent.tool.calls', type: 'counter' as const, unit: 'calls' },
]
