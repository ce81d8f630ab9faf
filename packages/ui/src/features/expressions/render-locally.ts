// Renders an expression over values that somebody wrote, in the browser, by the same language as the server's. Fetched when it is first used.
import { ExpressionError, Fuel, compileTemplate, fromPlain, isMap, mapGet, toPlain, type Scope } from '@batuta/core'
import { valueOutcome, type Outcome } from './explain-result.ts'

export interface LocalWorld {
  readonly nowMs: number
  readonly zone: string
  random(): number
}

export function renderLocally(source: string, values: unknown, { nowMs, zone, random }: LocalWorld): Outcome {
  const roots = fromPlain(values)
  const scope: Scope = {
    lookup: root => (isMap(roots) ? mapGet(roots, root) : undefined),
    nowMs,
    zone,
    random,
    locale: 'en-US',
    fuel: new Fuel(),
  }
  return attempt(() => valueOutcome(toPlain(compileTemplate(source, { dialect: 1 }).renderTyped(scope))))
}

/** Whether it can be read at all: asked before the server is. */
export function findMistake(source: string): Outcome | undefined {
  const outcome = attempt(() => {
    compileTemplate(source, { dialect: 1 })
    return valueOutcome(null)
  })
  return outcome.type === 'mistake' ? outcome : undefined
}

function attempt(work: () => Outcome): Outcome {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ExpressionError)) {
      if (error instanceof Error) return { type: 'mistake', message: error.message, line: 1, column: 1 }
      throw error
    }
    const hint = error.suggestion === undefined ? '' : ` Did you mean ${error.suggestion}?`
    return {
      type: 'mistake',
      message: `${error.reason.replace(/\.$/, '')}.${hint}`,
      line: error.line,
      column: error.column,
    }
  }
}
