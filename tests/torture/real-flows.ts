// The random flows of the simulation, for a real server: what a simulated job comes to, a script does. Groups of three call one another.
import { newChance } from '../simulation/chance.ts'
import { JOB_TYPE, NAMESPACE, randomFlow } from '../simulation/random-flow.ts'
import type { TortureFlow } from './flows.ts'

const GROUP = 3

/** `mark` is in the environment of every script. */
export function realFlows(count: number, seed: string, mark: string): readonly TortureFlow[] {
  return Array.from({ length: count }, (_, number) => {
    const first = number - (number % GROUP)
    const callable = Array.from({ length: number - first }, (_none, at) => nameOf(first + at))
    const document = randomFlow(newChance(`real ${seed} ${number}`), { id: nameOf(number), callable })
    const source = JSON.stringify(document, (_key, value: unknown) => (isJob(value) ? scriptOf(value, mark) : value))
    return { id: nameOf(number), pace: 'quick', source }
  })
}

export const REAL_NAMESPACE: string = NAMESPACE

function nameOf(number: number): string {
  return `f${String(number).padStart(4, '0')}`
}

interface Job {
  readonly type: typeof JOB_TYPE
  readonly outcomes?: string
}

function isJob(value: unknown): value is Job {
  return typeof value === 'object' && value !== null && (value as { readonly type?: unknown }).type === JOB_TYPE
}

/** Ends as it says, attempt by attempt; the last letter counts for all that follow. */
function scriptOf({ outcomes = 'S', ...job }: Job, mark: string): object {
  const ends = [...outcomes].map((letter, at) => {
    const end = letter === 'F' ? 'exit 1' : 'exit 0'
    return at === outcomes.length - 1 ? `*) ${end} ;;` : `${at}) ${end} ;;`
  })
  return {
    ...job,
    type: 'io.kestra.plugin.scripts.shell.Script',
    taskRunner: { type: 'io.kestra.plugin.core.runner.Process' },
    env: { TORTURE_MARK: mark },
    script: `sleep 0.1\ncase "{{ taskrun.attemptsCount ?? 0 }}" in\n${ends.join('\n')}\nesac`,
  }
}
