// A source of numbered events, and the flow that a trigger starts for them. Each execution says in one line which numbers it was given.
import type { ServerProcess } from '../../../bench/harness/server-process.ts'

export interface Counterpart {
  readonly flow: string
  /** What the server is told beside. */
  readonly env?: Readonly<Record<string, string>>
  /** The trigger passes over what is there before it has looked once: nothing is produced until then. */
  readonly looksFirst?: boolean
  /** Settles when the source has the events for good. */
  produce(numbers: readonly number[]): Promise<void>
  /** Where the source calls the server: it is told where that is. */
  onServer?(server: Pick<ServerProcess, 'address'> | undefined): void
  stop(): Promise<void>
}

export interface Ground {
  /** Of the torture alone. */
  readonly folder: string
  readonly flowId: string
}

export const NAMESPACE = 'torture.triggers'

/** `numbers` is a template that gives each number with a comma behind it. */
export function flowOf(
  { flowId }: Ground,
  { numbers, trigger, tasks = [] }: { numbers: string; trigger: readonly string[]; tasks?: readonly string[] },
): string {
  return [
    `id: ${flowId}`,
    `namespace: ${NAMESPACE}`,
    'tasks:',
    '  - id: given',
    '    type: io.kestra.plugin.core.debug.Return',
    `    format: "events:${numbers}"`,
    ...tasks.map(line => `  ${line}`),
    'triggers:',
    '  - id: watch',
    ...trigger.map(line => `    ${line}`),
    '',
  ].join('\n')
}

/** As flows say it. */
export const EVENTS_SAID = /events:((?:\d+,)+)/

/** A poll asks again so soon. */
export const INTERVAL = 'interval: PT0.2S'
