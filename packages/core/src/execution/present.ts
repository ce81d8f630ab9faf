// From the state of an execution to the document that the API shows, written as JSON text at once: values keep their width and their point,
// and nothing is copied on the way.
import { encodeValue } from '../std/value-json.ts'
import { isEmptyMap } from '../std/value.ts'
import type { Plan } from './plan.ts'
import { visibleHistory } from './present-history.ts'
import { presentRuns } from './present-runs.ts'
import { historyText, instantText, type PresentOptions } from './present-text.ts'
import type { ExecutionState, Origin } from './state.ts'
import { variablesOf } from './variables.ts'

export type { ApiDialect, PresentOptions } from './present-text.ts'

/** The whole document. In dialect c the task runs keep their outputs, which Kestra 2.0 serves apart: clients of both find them. */
export function presentExecution(state: ExecutionState, plan: Plan, options: PresentOptions): string {
  const variables = variablesOf(state, plan)
  let text = openingText(state, options)
  if (!isEmptyMap(state.inputs)) text += `,"inputs":${encodeValue(state.inputs)}`
  if (state.outputs) text += `,"outputs":${encodeValue(state.outputs)}`
  if (!isEmptyMap(variables)) text += `,"variables":${encodeValue(variables)}`
  text += `,"taskRunList":${presentRuns(state, plan, options)}`
  text += closingText(state, plan, options)
  if (state.breakpoints && state.breakpoints.length > 0) text += `,"breakpoints":${JSON.stringify(state.breakpoints)}`
  // Clients of 2.0, too, demand it of what they have created.
  text += ',"deleted":false'
  const created = instantText(state.originalCreatedMs)
  text += `,"metadata":{"attemptNumber":${state.attemptNumber},"originalCreatedDate":"${created}"}`
  return `${text}}`
}

/** A row of a list in dialect c: the document without task runs and variables. */
export function presentLightExecution(state: ExecutionState, plan: Plan, options: PresentOptions): string {
  let text = openingText(state, options)
  if (!isEmptyMap(state.inputs)) text += `,"inputs":${encodeValue(state.inputs)}`
  if (state.outputs) text += `,"outputs":${encodeValue(state.outputs)}`
  return `${text}${closingText(state, plan, options)}}`
}

/** What a webhook answers since 1.0. */
export function presentWebhook(state: ExecutionState, plan: Plan, options: PresentOptions): string {
  let text = openingText(state, options)
  if (state.outputs) text += `,"outputs":${encodeValue(state.outputs)}`
  return `${text}${closingText(state, plan, options)}}`
}

function openingText(state: ExecutionState, { dialect }: PresentOptions): string {
  const tenant = dialect === 'c' ? `"tenantId":"${state.tenant}",` : ''
  return `{${tenant}"id":"${state.id}","namespace":"${state.namespace}","flowId":"${state.flowId}","flowRevision":${state.revision}`
}

function closingText(state: ExecutionState, plan: Plan, { nowMs, url }: PresentOptions): string {
  let text = `,"labels":${labelsText(state)},"state":${historyText(state.state, visibleHistory(state, plan), nowMs)}`
  if (state.parentId !== undefined) text += `,"parentId":"${state.parentId}"`
  text += `,"originalId":"${state.originalId}"`
  if (state.trigger) text += `,"trigger":${triggerText(state.trigger)}`
  if (state.scheduledMs !== undefined) text += `,"scheduleDate":"${instantText(state.scheduledMs)}"`
  if (url !== undefined) text += `,"url":${JSON.stringify(url)}`
  return text
}

function labelsText({ labels }: ExecutionState): string {
  const pairs: string[] = []
  for (const { key, value } of labels) pairs.push(`{"key":${JSON.stringify(key)},"value":${JSON.stringify(value)}}`)
  return `[${pairs.join(',')}]`
}

function triggerText({ id, type, variables }: Origin): string {
  return `{"id":${JSON.stringify(id)},"type":${JSON.stringify(type)},"variables":${encodeValue(variables)}}`
}
