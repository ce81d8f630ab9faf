import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  title: 'Expressions',
  expression: 'Expression',
  hint: 'A template as flows write it. It is rendered while you type.',
  context: 'With',
  execution: 'an execution',
  flow: 'a start of a flow',
  json: 'values as JSON',
  executionId: 'Execution',
  executionHint: 'Its id. The latest ones are offered.',
  namespace: 'Namespace',
  flowId: 'Flow',
  values: 'Values',
  valuesHint: 'A map: what is called inputs, outputs, vars … in the expression.',
  notMap: 'Write a map, such as {"inputs": {"name": "Ada"}}.',
  result: 'Result',
  type: 'Type',
  nothing: 'Write an expression on the left.',
  noContext: 'Choose an execution, or a flow.',
  rendering: 'Rendering…',
  failed: 'The expression has a mistake.',
  notAsked: 'The server could not be asked.',
  suggestion: 'Did you mean {name}?',
  secrets: 'Secrets stay hidden: they are shown as ******.',
  local: 'Rendered in this browser. What asks the server – secrets, keys, files – needs an execution or a flow.',
  copy: 'Copy',
} as const

export const t: Translate<typeof english> = defineMessages('expressions', english)
