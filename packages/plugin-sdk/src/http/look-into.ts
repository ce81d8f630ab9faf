// Looks into what a service answered, without believing that it has the documented form.
import { TaskError } from '../task-error.ts'
import type { HttpAnswer } from './call-http.ts'

/** @throws {TaskError} with the start of what it says for an answer that is no JSON. Nothing at all is undefined. */
export function answerJson({ text, code }: Pick<HttpAnswer, 'text' | 'code'>): unknown {
  if (text.trim() === '') return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    const shown = text.trim().slice(0, SHOWN_CHARS)
    throw new TaskError(`the service answered ${code} with something that is no JSON: ${shown}`, { cause })
  }
}

const SHOWN_CHARS = 200

export function lookInto(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined
    here = Reflect.get(here, step)
  }
  return here
}

/** Numbers are texts as well: ids come as either. */
export function textIn(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = lookInto(value, ...path)
  if (typeof found === 'number') return String(found)
  return typeof found === 'string' ? found : undefined
}

export function numberIn(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = lookInto(value, ...path)
  return typeof found === 'number' ? found : undefined
}

export function listIn(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = lookInto(value, ...path)
  return Array.isArray(found) ? found : []
}
