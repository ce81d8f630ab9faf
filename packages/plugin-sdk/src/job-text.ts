// A job as the text of its row: a line of JSON with the small facts, a line with the properties and one with the context. Those two are encoded values
// already; as texts inside of JSON every quotation mark in them would be escaped, and read again twice on the way to the task.
import { slugOf, taskRunId, trust } from '@batuta/core'
import type { HostJob } from './protocol.ts'

/** What follows from the rest of most jobs; only where it does not it is written down: the row is copied at every claim. */
type Derived = 'taskRunId' | 'filesPrefix'
type JobFacts = Omit<HostJob, 'properties' | 'context' | Derived>

/** A job as it is sent; without a folder and an id of its own it is that of a task run. */
export type SentJob = Omit<HostJob, Derived> & Partial<Pick<HostJob, Derived>>

export function encodeJob({ properties, context, ...facts }: SentJob): string {
  return `${JSON.stringify(facts)}\n${properties}\n${context}`
}

export function decodeJob(text: string): HostJob {
  const propertiesAt = text.indexOf('\n') + 1
  // Of a version before this one.
  if (propertiesAt === 0) return trust<HostJob>(JSON.parse(text))
  const contextAt = text.indexOf('\n', propertiesAt) + 1
  const facts = factsOf(text.slice(0, propertiesAt))
  const runId = taskRunId(facts.key.executionId, facts.key.run)
  return {
    taskRunId: runId,
    filesPrefix: filesPrefixOf(facts, runId),
    ...facts,
    properties: text.slice(propertiesAt, contextAt - 1),
    context: text.slice(contextAt),
  }
}

/** Without what the task is given, and what follows from the rest. */
export function factsOf(text: string): JobFacts {
  const end = text.indexOf('\n')
  return trust<JobFacts>(JSON.parse(end < 0 ? text : text.slice(0, end)))
}

function filesPrefixOf({ flow, key, taskId }: JobFacts, runId: string): string {
  const folder = `${flow.namespace.replaceAll('.', '/')}/${flow.id}/executions/${key.executionId}`
  return `kestra:///${folder}/tasks/${slugOf(taskId)}/${runId}/`
}
