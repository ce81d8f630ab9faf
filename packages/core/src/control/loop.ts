// Loop, the loop of 2.0: each item in an iteration of its own, of which nothing is seen outside but what it declares as outputs. Values become texts,
// equal ones of a list count once (recorded); of a map its entries are gone over.
import { RunError, type Renderer } from '../execution/renderer.ts'
import { isList, isMap, isTruthyText, mapEntries, type Value, type ValueMap } from '../std/value.ts'
import { decodeValue } from '../std/value-json.ts'
import type { Texts } from '../std/text-list.ts'
import { jsonText, printValue } from '../std/value-text.ts'
import type { Control } from './control.ts'
import { countNulls, distinctTexts, LOOP_WINDOW, loopText } from './for-each.ts'

/** The slot of the lines of a file that is gone over. */
export const LOOP_VALUES_SLOT = 'loop:values'

export const loop: Control = {
  type: 'io.kestra.plugin.core.flow.Loop',
  aliases: [],
  open: (task, render) => {
    const raw = render.raw('values')
    const given = typeof raw === 'string' ? readValues(task.id, render) : render.value('values')
    const { values, keys } = itemsOf(task.id, given)
    if (values.length === 0) return { branch: [], nothing: { iterationCount: 0, runningIterations: 0 } }
    const limit = Number(printValue(render.raw('concurrencyLimit') ?? 1))
    return {
      branch: task.lists.tasks,
      values,
      laneCount: values.length,
      laneLimit: limit > 0 ? limit : LOOP_WINDOW,
      isClosedOff: true,
      ...(isTruthyText(render.text('transmitFailed') ?? printValue(render.raw('transmitFailed') ?? true))
        ? {}
        : { isTolerant: true }),
      ...(keys ? { keys } : {}),
      outputs: { iterationCount: values.length },
    }
  },
}

interface Items {
  readonly values: Texts
  readonly keys?: readonly string[]
}

function itemsOf(id: string, given: Value | undefined): Items {
  if (given !== undefined && given !== null && isMap(given)) return entriesOf(given)
  if (given === undefined || given === null || !isList(given))
    throw new RunError(`The values of the loop "${id}" are neither a list nor a map, nor JSON of one of them.`)
  const nulls = countNulls(given)
  if (nulls > 0) throw new RunError(`Found '${nulls}' null values on Each, with values=${jsonText(given)}`)
  return { values: distinctTexts(given) }
}

function entriesOf(map: ValueMap): Items {
  const entries = [...mapEntries(map)]
  return { values: entries.map(([, value]) => loopText(value)), keys: entries.map(([key]) => loopText(key)) }
}

/** A file holds an item on each line; it is read outside of the turn. */
function readValues(id: string, render: Renderer): Value {
  const text = render.text('values') ?? ''
  return text.trim().startsWith('kestra://') ? render.answer(LOOP_VALUES_SLOT) : parse(id, text)
}

function parse(id: string, text: string): Value {
  try {
    return decodeValue(text)
  } catch (cause) {
    const shown = text.slice(0, 200)
    throw new RunError(`The values of the loop "${id}" must be JSON of a list or a map, but rendered to "${shown}".`, {
      cause,
    })
  }
}
