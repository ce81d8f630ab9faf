import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  none: 'No task has given outputs.',
  noneText: 'What tasks give to others appears here as soon as they have ended.',
  as: 'Show the outputs',
  columns: 'Columns',
  tree: 'Tree',
  raw: 'Raw',
  ofFlow: 'Outputs of the flow',
  tasks: 'Tasks with outputs',
  names: 'Names',
  choose: 'Choose a name to see its value.',
  preview: 'Look into the file',
  value: 'Value',
  list: { one: 'list of {count}', other: 'list of {count}' },
  map: { one: 'map with {count} name', other: 'map with {count} names' },
  text: { one: 'text of {count} letter', other: 'text of {count} letters' },
  file: 'file',
  try: 'Try an expression in this execution',
  evaluate: 'Evaluate',
  whyNoExpression: 'Write an expression first.',
  refused: 'The expression could not be evaluated.',
  result: 'Result',
} as const

export const outputMessages: Translate<typeof english> = defineMessages('outputs', english)
