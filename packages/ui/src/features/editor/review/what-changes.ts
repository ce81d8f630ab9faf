// What a change of the text means to others: to the clock, which fires its schedules, and to flows that start this one and read what it gives.
import { parseYamlTree, plainOf } from '../yaml/yaml-tree.ts'

export type TriggerText = Readonly<Record<string, unknown>>

/** One side is missing where the schedule comes or goes. */
export interface ScheduleChange {
  readonly id: string
  readonly before?: TriggerText
  readonly after?: TriggerText
}

export interface Changes {
  readonly schedules: readonly ScheduleChange[]
  /** Inputs that somebody may pass still. */
  readonly inputsGone: readonly string[]
  /** Inputs that nobody passes yet, and without which it does not start. */
  readonly inputsNeeded: readonly string[]
  readonly outputsGone: readonly string[]
}

const SCHEDULE = /(?:^|\.)(?:Schedule|ScheduleOnDates)$/

export function whatChanges(before: string, after: string): Changes {
  const [old, next] = [factsOf(before), factsOf(after)]
  const names = new Set([...old.schedules.keys(), ...next.schedules.keys()])
  return {
    schedules: [...names].flatMap(id => {
      const [one, other] = [old.schedules.get(id), next.schedules.get(id)]
      if (JSON.stringify(one) === JSON.stringify(other)) return []
      return [{ id, ...(one && { before: one }), ...(other && { after: other }) }]
    }),
    inputsGone: [...old.inputs.keys()].filter(id => !next.inputs.has(id)),
    inputsNeeded: [...next.inputs]
      .filter(([id, isNeeded]) => isNeeded && old.inputs.get(id) !== true)
      .map(([id]) => id),
    outputsGone: [...old.outputs].filter(id => !next.outputs.has(id)),
  }
}

interface Facts {
  readonly schedules: ReadonlyMap<string, TriggerText>
  /** Whether it must be given. */
  readonly inputs: ReadonlyMap<string, boolean>
  readonly outputs: ReadonlySet<string>
}

function factsOf(text: string): Facts {
  const flow = mapOf(plainOf(parseYamlTree(text)))
  const schedules = listOf(flow['triggers']).filter(({ type }) => SCHEDULE.test(String(type)))
  return {
    schedules: new Map(schedules.map(trigger => [String(trigger['id']), trigger])),
    inputs: new Map(listOf(flow['inputs']).map(input => [String(input['id']), isNeeded(input)])),
    outputs: new Set(listOf(flow['outputs']).map(({ id }) => String(id))),
  }
}

function isNeeded({ required, defaults, type }: TriggerText): boolean {
  return required !== false && defaults === undefined && type !== 'BOOL'
}

function mapOf(value: unknown): TriggerText {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function listOf(value: unknown): readonly TriggerText[] {
  return Array.isArray(value) ? value.map(mapOf) : []
}
