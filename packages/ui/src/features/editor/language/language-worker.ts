// The language of flows, away from the page: reading and judging a text of thousands of lines never holds up a key.
import { checkFlow, createCatalogue, expressionCatalogue, expressionNames, readFlow } from '@batuta/core'
import type { CheckedText, KnownTypeName, Question, TypeDescription } from './language-messages.ts'

const catalogue = createCatalogue()
/** Whether a plugin is installed only the server knows; it is asked as well. */
const OF_SERVER: ReadonlySet<string> = new Set(['not-implemented'])

addEventListener('message', (event: MessageEvent<{ readonly id: number; readonly question: Question }>) => {
  const { id, question } = event.data
  postMessage({ id, answer: answer(question) })
})

function answer(question: Question): unknown {
  switch (question.type) {
    case 'check':
      return check(question.source, question.taskId)
    case 'types':
      return types()
    case 'expressions':
      return expressionCatalogue(1)
    case 'describe':
      return describe(question.name)
  }
}

function check(source: string, taskId: string | undefined): CheckedText {
  const { flow, diagnostics } = checkFlow(source, { catalogue })
  // A text with a mistake is read once more, for as much of it as there is.
  const draft = flow ?? readFlow(source, { catalogue }).draft
  const names = draft && (expressionNames(draft, catalogue, taskId) ?? expressionNames(draft, catalogue))
  return {
    diagnostics: diagnostics.filter(({ code }) => !OF_SERVER.has(code)),
    ...(names !== undefined && { names }),
  }
}

function types(): readonly KnownTypeName[] {
  return [...catalogue.names()].flatMap(name => {
    const known = catalogue.resolve(name)
    return known ? [{ type: known.type, kind: known.kind, isDeprecated: known.isDeprecated }] : []
  })
}

function describe(name: string): TypeDescription | undefined {
  const known = catalogue.resolve(name)
  if (!known) return undefined
  return {
    type: known.type,
    kind: known.kind,
    isDeprecated: known.isDeprecated,
    properties: [...known.properties.values()].map(({ name: key, type, isRequired, isDeprecated }) => ({
      name: key,
      type,
      isRequired,
      isDeprecated,
    })),
    outputs: known.outputs.map(({ name: key, type }) => ({ name: key, type })),
  }
}
