import { BatutaError } from '../std/errors.ts'
import type { Value } from '../std/value.ts'
import { Asked } from './asked.ts'
import type { Request } from './asked.ts'
import { Fault, faultToError } from './fault.ts'
import type { Scope } from './scope.ts'

const REQUESTS_MAX = 1000

export type Ask = (request: Request) => Promise<Value>

/** Something that can be rendered: a compiled template or a compiled structure. */
export interface Renderable<T extends Value> {
  render(scope: Scope): T
}

/**
 * Evaluates, fetches the answer that is missing, and evaluates again from the start until nothing is missing. Random numbers repeat
 * from one pass to the next, so that every pass asks the same questions. A question that is refused fails where it was asked: of several
 * templates that are evaluated together the others go on.
 */
export async function renderAsync<T extends Value>(template: Renderable<T>, scope: Scope, ask: Ask): Promise<T> {
  return evaluateAsync(inner => template.render(inner), scope, ask)
}

export async function evaluateAsync<T>(evaluate: (scope: Scope) => T, scope: Scope, ask: Ask): Promise<T> {
  const answers = new Map(scope.answers)
  const refusals = new Map<string, BatutaError>()
  const numbers: number[] = []
  for (let count = 0; count < REQUESTS_MAX; count++) {
    let drawn = 0
    const random = (): number => {
      if (drawn === numbers.length) numbers.push(scope.random())
      return numbers[drawn++] ?? 0
    }
    try {
      return evaluate({ ...scopeOf(scope), random, answers, refusals })
    } catch (error) {
      if (!(error instanceof Asked)) throw error
      const { key } = error.request
      const answer = await answerOf(ask(error.request))
      if ('refusal' in answer) refusals.set(key, answer.refusal)
      else answers.set(key, answer.value)
    }
  }
  throw faultToError(new Fault('LIMIT', `The expression asks more than ${REQUESTS_MAX} questions`), '')
}

async function answerOf(asked: Promise<Value>): Promise<{ readonly value: Value } | { readonly refusal: BatutaError }> {
  try {
    return { value: await asked }
  } catch (refusal) {
    if (refusal instanceof BatutaError) return { refusal }
    throw refusal
  }
}

/** A scope may be an instance of a class, whose methods a spread would lose. */
function scopeOf(scope: Scope): Scope {
  return {
    lookup: root => scope.lookup(root),
    names: () => scope.names?.() ?? [],
    nowMs: scope.nowMs,
    random: () => scope.random(),
    zone: scope.zone,
    locale: scope.locale,
    fuel: scope.fuel,
    answers: scope.answers ?? new Map(),
  }
}
