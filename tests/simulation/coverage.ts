// What a run must have played, so that nobody adds a control task, a command or a kind of trigger that no seed ever meets.
import { controlTypes, type Command } from '@batuta/core'
import { newChance } from './chance.ts'
import { INPUT_TYPES } from '../../packages/core/src/flow/parse-input.ts'
import { openMemoryStore } from '../../packages/server/src/storage/memory/memory-store.ts'
import { newTables } from '../../packages/server/src/storage/memory/tables.ts'
import { FlowLibrary } from './flow-library.ts'
import { START_MS } from './ledger.ts'
import { randomFlow } from './random-flow.ts'
import type { Doc } from './random-groups.ts'
import { POLL_TYPE, WATCH_TYPE } from './stranger.ts'

/** What is counted when a command was taken. */
export const COMMANDS_PLAYED: Readonly<Record<Command['name'], string>> = {
  kill: 'command kill',
  // Nothing is held here: it is refused.
  release: 'releases refused',
  resume: 'command resume',
  restart: 'command restart',
  pause: 'command pause',
  'change-status': 'command change-status',
  'change-run-state': 'command change-run-state',
  'set-labels': 'command set-labels',
  'force-run': 'command force-run',
  unqueue: 'command unqueue',
  'resume-from-breakpoint': 'command resume-from-breakpoint',
  'switch-off': 'command switch-off',
}

export const OTHERS_PLAYED: readonly string[] = [
  ...['backfills', 'backfills deleted', 'backfills paused', 'backfills that went on'],
  ...['trigger restarts', 'triggers switched off', 'triggers switched on', 'unlocks'],
  ...['breakpoints', 'copies under another revision', 'deletions', 'restart under a revisions'],
  ...['emissions', 'emissions refused', 'promises broken', 'reason locked', 'batches counted', 'lines counted'],
]

/** What is counted of limits, doors, breakers, schedules and inputs. */
export const RULES_PLAYED: readonly string[] = [
  ...['own', 'pool', 'namespace'].map(name => `turns within a limit: ${name}`),
  ...['calls answered', 'calls answered with outputs', 'calls made again', 'calls that wait'],
  ...['calls refused: inputs-invalid', 'calls refused: flow-held'],
  ...['held by a breaker', 'let through by a breaker', 'breakers that let go', 'breakers released by hand'],
  ...['reason held', 'reason late', 'reason missed', 'windows missed'],
  ...['inputs refused', 'inputs taken'],
]

const FLOWS = 600

/** Control tasks that no random flow has; the inner ones of others aside. */
export function controlsMissed(): readonly string[] {
  const seen = new Set<string>()
  for (let number = 0; number < FLOWS; number++)
    collect(randomFlow(newChance(`coverage ${number}`), { id: 'f', callable: ['g'] }), seen)
  return controlTypes().filter(type => !type.includes('$') && !seen.has(type))
}

export const LISTS: readonly string[] = [
  'errors',
  'finally',
  'afterExecution',
  'outputs',
  'sla',
  'retry',
  'runIf',
  'disabled',
  'inputs',
]

/** Properties of flows and tasks that no random flow has. */
export function listsMissed(): readonly string[] {
  const seen = new Set<string>()
  for (let number = 0; number < FLOWS; number++)
    for (const name of JSON.stringify(
      randomFlow(newChance(`coverage ${number}`), { id: 'f', callable: ['g'] }),
    ).matchAll(/"(\w+)":/g))
      if (name[1] !== undefined) seen.add(name[1])
  return LISTS.filter(name => !seen.has(name))
}

/** Types of inputs that no random flow has. SECRET needs a key, which nodes in simulation do not have. */
export function inputsMissed(): readonly string[] {
  const seen = new Set<unknown>()
  for (let number = 0; number < FLOWS; number++) {
    const { inputs } = randomFlow(newChance(`coverage ${number}`), { id: 'f', callable: ['g'] })
    if (Array.isArray(inputs)) for (const { type } of inputs as readonly Doc[]) seen.add(type)
  }
  return INPUT_TYPES.filter(type => type !== 'SECRET' && !seen.has(type))
}

/** Core's own types of triggers that are not in any flow of so many runs, and what limits can say. */
export async function rulesMissed(): Promise<readonly string[]> {
  const seen = new Set<string>()
  for (let seed = 0; seed < RUNS; seed++) {
    const tables = newTables()
    const library = new FlowLibrary(
      tables,
      openMemoryStore(tables, () => 0),
      newChance(`coverage ${seed}`),
    )
    await library.saveAll(START_MS)
    for (const rows of tables.flows.values())
      for (const { source } of rows) {
        collect(JSON.parse(source), seen)
        Array.from(source.matchAll(RULE), ([, name = '']) => seen.add(name))
      }
  }
  return [...TRIGGERS, ...RULES].filter(name => !seen.has(name))
}

const RUNS = 200
const TRIGGERS = [
  ...['Schedule', 'ScheduleOnDates', 'Flow', 'Webhook'].map(name => `io.kestra.plugin.core.trigger.${name}`),
  ...[POLL_TYPE, WATCH_TYPE],
]
const RULE =
  /"(concurrency|pool|QUEUE|CANCEL|FAIL|circuitBreaker|release|recoverMissedSchedules|ALL|LAST|NONE|lateMaximumDelay|preconditions|dependsOn|window|onMiss|wait|returnOutputs)"/g
const RULES = RULE.source.slice(2, -2).split('|')

function collect(value: unknown, seen: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, seen)
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) {
      if (key === 'type' && typeof item === 'string') seen.add(item)
      else collect(item, seen)
    }
}
