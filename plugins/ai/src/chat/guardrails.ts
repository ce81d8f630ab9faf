// Conditions that a text must meet before it goes to a model, or comes from one.
import {
  TaskError,
  isList,
  isMap,
  isTruthyText,
  mapGet,
  printValue,
  type RunContext,
  type Value,
} from '@batuta/plugin-sdk'

export interface Guardrails {
  /** What to say of a text that may not go in, or come out. */
  check(side: 'input' | 'output', text: string): Promise<string | undefined>
}

export function openGuardrails(ctx: RunContext, written: Value | undefined): Guardrails {
  return {
    check: async (side, text) => {
      for (const { expression, message } of rulesOf(written, side)) {
        if (isTruthyText(await ctx.renderText(expression, { message: text }))) continue
        return await ctx.renderText(message, { message: text })
      }
      return undefined
    },
  }
}

interface Rule {
  readonly expression: string
  readonly message: string
}

function rulesOf(written: Value | undefined, side: string): readonly Rule[] {
  if (typeof written !== 'object' || written === null || !isMap(written)) return []
  const rules = mapGet(written, side) ?? []
  if (!isList(rules)) throw new TaskError(`guardrails.${side} must be a list of conditions`)
  return [...rules].map((rule, index) => {
    const expression = typeof rule === 'object' && rule !== null && isMap(rule) ? mapGet(rule, 'expression') : undefined
    if (typeof expression !== 'string' || typeof rule !== 'object' || rule === null || !isMap(rule))
      throw new TaskError(`guardrails.${side}[${index}] needs an expression`)
    return { expression, message: printValue(mapGet(rule, 'message') ?? `the ${side} is against ${expression}`) }
  })
}
