// `type: ./tasks/greet.ts`: a task whose code is a file of the flow's namespace. Which files there are and what they take is known to whoever keeps
// them; here every path of that form is the name of a task.
import type { ResolvedType } from './catalogue.ts'

const PREFIX = './'
const PATH = /^\.\/(?:[\w-][\w.-]*\/)*[\w-][\w.-]*\.(?:ts|mts|js|mjs)$/

/** Below the files of the namespace: it cannot lead out of them. */
export function isTaskFile(type: string): boolean {
  return PATH.test(type)
}

/** It is meant as one, whether it can be one or not. */
export function isMeantAsTaskFile(type: string): boolean {
  return type.startsWith(PREFIX) || type.startsWith('../')
}

/** `tasks/greet.ts` of `./tasks/greet.ts`. */
export function pathOfTaskFile(type: string): string {
  return type.slice(PREFIX.length)
}

/** What is known of it without having read it: nothing but that it is a task. */
export function taskFileType(type: string): ResolvedType {
  return {
    type,
    kind: 'task',
    isDeprecated: false,
    aliases: [],
    properties: new Map(),
    outputs: [],
    alias: false,
    implemented: true,
    isStrict: false,
  }
}
