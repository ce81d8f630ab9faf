// ForEach: one lane per distinct value, `concurrencyLimit` of them open at a time. The values are frozen when the loop opens, so that a list
// that changes meanwhile cannot change the loop.
import { SEALED_TEXT } from '../execution/sealed.ts'
import { disarm } from '../execution/turn-secrets.ts'
import { RunError } from '../execution/renderer.ts'
import type { Renderer } from '../execution/renderer.ts'
import { isList, type Value } from '../std/value.ts'
import { decodeValue } from '../std/value-json.ts'
import { TextList, textsOf, type Texts } from '../std/text-list.ts'
import { jsonText } from '../std/value-text.ts'
import type { Control } from './control.ts'

/** With the limit 0 all lanes may be open at once; this many at a time keep the memory of huge loops flat. */
export const LOOP_WINDOW = 1000

export const forEach: Control = {
  type: 'io.kestra.plugin.core.flow.ForEach',
  aliases: [],
  open: (task, render) => {
    const values = loopValues(task.id, { raw: render.raw('values'), name: 'values' }, render)
    const limit = render.raw('concurrencyLimit') ?? 1
    const window = typeof limit === 'number' && limit > 0 ? limit : LOOP_WINDOW
    return { branch: task.lists.tasks, values, laneCount: values.length, laneLimit: window }
  },
}

/** A text renders to a JSON array; a list is rendered element by element. Each element becomes a text, duplicates go, null is an error. */
export function loopValues(
  id: string,
  { raw, name }: { readonly raw: Value | undefined; readonly name: string },
  render: Renderer,
): Texts {
  const list = typeof raw === 'string' ? parseList(id, render.text(name) ?? '') : render.value(name)
  if (list === undefined || list === null || !isList(list)) {
    throw new RunError(
      `The values of the loop "${id}" are no list: give a list, or an expression that renders to a JSON array.`,
    )
  }
  const nulls = countNulls(list)
  if (nulls > 0) throw new RunError(`Found '${nulls}' null values on Each, with values=${jsonText(list)}`)
  return distinctTexts(list)
}

/** Whole numbers that only grow are distinct, and a million of them need no set to tell. */
export function distinctTexts(list: readonly Value[]): Texts {
  if (!isGrowing(list)) return textsOf([...new Set(list.map(loopText))])
  return list.length > TEXTS_AT_ONCE ? TextList.of(textsIn(list), list.length) : list.map(loopText)
}

const TEXTS_AT_ONCE = 1_000

function* textsIn(list: readonly Value[]): Generator<string> {
  for (const value of list) yield loopText(value)
}

/** A text that only looks encrypted is nothing that anybody may have opened for him. */
export function loopText(value: Value): string {
  const text = typeof value === 'string' ? value : jsonText(value)
  return text.startsWith(SEALED_TEXT) ? disarm(text) : text
}

function isGrowing(list: readonly Value[]): boolean {
  let last = -Infinity
  for (const value of list) {
    if (typeof value !== 'number' || value <= last) return false
    last = value
  }
  return true
}

export function countNulls(list: readonly Value[]): number {
  let count = 0
  for (const value of list) if (value === null) count += 1
  return count
}

function parseList(id: string, text: string): Value {
  try {
    return decodeValue(text)
  } catch (cause) {
    throw new RunError(
      `The values of the loop "${id}" must render to a JSON array, but rendered to "${text.slice(0, 200)}".`,
      { cause },
    )
  }
}
