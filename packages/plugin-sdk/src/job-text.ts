// A job as the text of its row: a line of JSON with the small facts, a line with the properties and one with the context. Those two are encoded values
// already; as texts inside of JSON every quotation mark in them would be escaped, and read again twice on the way to the task.
import { trust } from '@batuta/core'
import type { HostJob } from './protocol.ts'

export function encodeJob({ properties, context, ...facts }: HostJob): string {
  return `${JSON.stringify(facts)}\n${properties}\n${context}`
}

export function decodeJob(text: string): HostJob {
  const propertiesAt = text.indexOf('\n') + 1
  // Of a version before this one.
  if (propertiesAt === 0) return trust<HostJob>(JSON.parse(text))
  const contextAt = text.indexOf('\n', propertiesAt) + 1
  return {
    ...factsOf(text.slice(0, propertiesAt)),
    properties: text.slice(propertiesAt, contextAt - 1),
    context: text.slice(contextAt),
  }
}

/** Without what the task is given. */
export function factsOf(text: string): Omit<HostJob, 'properties' | 'context'> {
  const end = text.indexOf('\n')
  return trust<Omit<HostJob, 'properties' | 'context'>>(JSON.parse(end < 0 ? text : text.slice(0, end)))
}
