import { mergeValues } from '../execution/outputs.ts'
import { disarm } from '../execution/turn-secrets.ts'
import { holdsSealed } from '../execution/sealed.ts'
import { RunError } from '../execution/renderer.ts'
import { isList, isMap, isTruthyText, mapEntries, mapFrom, mapHas, type Value, type ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import { collectionOf } from './collection-of.ts'
import type { InlineTask } from './inline-task.ts'

/** Merges variables deeply into those of the execution; with `overwrite: false` a variable that exists is an error. */
export const setVariables: InlineTask = {
  type: 'io.kestra.plugin.core.execution.SetVariables',
  aliases: [],
  isUpdating: true,
  run: (task, render, { variables }) => {
    const given = collectionOf(render.typed('variables'))
    if (given === undefined || !isMap(given)) throw new RunError(`The variables of the task "${task.id}" are no map.`)
    if (!isTruthyText(render.text('overwrite') ?? 'true')) refuseKnown(variables, given)
    const own = holdsSealed(given) ? disarm(given) : given
    return {
      state: 'SUCCESS',
      events: [{ type: 'variables', variables: mergeValues(variables, own), isWhole: true }],
    }
  },
}

export const unsetVariables: InlineTask = {
  type: 'io.kestra.plugin.core.execution.UnsetVariables',
  aliases: [],
  isUpdating: true,
  run: (task, render, { variables, dialect }) => {
    const names = namesOf(task.id, collectionOf(render.value('variables')))
    const missing = names.find(name => !mapHas(variables, name))
    // Kestra 1.x never fails here, whatever the flow says; 2.0 does.
    if (dialect === 2 && missing !== undefined && !isTruthyText(render.text('ignoreMissing') ?? 'false')) {
      throw new RunError(`The execution has no variable "${missing}" to unset; set ignoreMissing to pass over it.`)
    }
    const kept = [...mapEntries(variables)].filter(([name]) => !names.includes(name))
    return { state: 'SUCCESS', events: [{ type: 'variables', variables: mapFrom(kept), isWhole: true }] }
  },
}

function namesOf(id: string, value: Value | undefined): readonly string[] {
  if (value === undefined || !isList(value))
    throw new RunError(`The variables of the task "${id}" are no list of names.`)
  return value.map(printValue)
}

function refuseKnown(known: ValueMap, given: ValueMap): void {
  for (const [name] of mapEntries(given)) {
    if (mapHas(known, name)) throw new RunError(`The variable "${name}" exists already; set overwrite to replace it.`)
  }
}
