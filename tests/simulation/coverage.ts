// What a run must have played, so that nobody adds a control task, a command or a kind of trigger that no seed ever meets.
import { controlTypes, type Command } from '@batuta/core'
import { newChance } from './chance.ts'
import { randomFlow } from './random-flow.ts'

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
}

export const OTHERS_PLAYED: readonly string[] = [
  ...['backfills', 'backfills deleted', 'backfills paused', 'backfills that went on'],
  ...['trigger restarts', 'triggers switched off', 'triggers switched on', 'unlocks'],
  ...['breakpoints', 'copies under another revision', 'deletions', 'restart under a revisions'],
  ...['emissions', 'emissions refused', 'promises broken', 'reason locked', 'batches counted', 'lines counted'],
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

function collect(value: unknown, seen: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, seen)
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) {
      if (key === 'type' && typeof item === 'string') seen.add(item)
      else collect(item, seen)
    }
}
