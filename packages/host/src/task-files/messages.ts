// What the host and the process of a task from a file say to each other: lines of JSON on its standard input, and marked lines on its standard output,
// between those that the task prints. Values cross as the text of `encodeValue`.
import type { EgressRules, LogLevel, RunFacts } from '@batuta/plugin-sdk'

export type FactsOfTask = Pick<
  RunFacts,
  'execution' | 'flow' | 'task' | 'taskRun' | 'idempotencyKey' | 'attemptId' | 'cacheDir' | 'traceparent'
>

export type ToTaskFile =
  | {
      readonly type: 'start'
      readonly folder: string
      readonly path: string
      readonly facts: FactsOfTask
      readonly egress: EgressRules
      readonly workingDir: string
      /** `encodeValue` of what the author wrote. */
      readonly properties: string
    }
  | { readonly type: 'answer'; readonly id: number; readonly value?: string; readonly error?: string }

export type FromTaskFile =
  | { readonly type: 'ask'; readonly id: number; readonly name: string; readonly args: string }
  | { readonly type: 'log'; readonly level: LogLevel; readonly message: string }
  | {
      readonly type: 'metric'
      readonly kind: 'counter' | 'timer' | 'gauge'
      readonly name: string
      readonly value: number
      readonly tags: Readonly<Record<string, string>>
    }
  | { readonly type: 'mask'; readonly secret: string }
  | { readonly type: 'end'; readonly state: 'SUCCESS' | 'WARNING'; readonly outputs: string }
  | { readonly type: 'failed'; readonly message: string; readonly stack?: string; readonly outputs?: string }

const START = '::{"task":'
const END = '}::'

export function markedLine(message: FromTaskFile): string {
  return `${START}${JSON.stringify(message)}${END}`
}

/** Undefined for what the task has printed. */
export function readMarked(line: string): FromTaskFile | undefined {
  if (!line.startsWith(START) || !line.endsWith(END)) return undefined
  try {
    const message: FromTaskFile = JSON.parse(line.slice(START.length, -END.length))
    return message
  } catch {
    return undefined // printed by the task itself
  }
}
