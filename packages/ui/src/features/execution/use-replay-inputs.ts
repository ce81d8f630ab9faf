// The inputs of an execution that is to be done again, as a form.
import { useState } from 'react'
import { askedOf, entriesFrom, fieldsOf, sentOf, type Entries, type Field } from '../input-form/input-fields.ts'
import { useJudgement } from '../run-dialog/use-run.ts'
import type { ExecutionHead } from './use-execution.ts'

export interface ReplayInputs {
  readonly fields: readonly Field[]
  readonly entries: Entries
  change(id: string, entry: NonNullable<ReturnType<Entries['get']>>): void
  body(): unknown
}

/** What it was started with, until somebody changes it. */
export function useReplayInputs(head: ExecutionHead, revision: number): ReplayInputs {
  const [typed, setTyped] = useState<Entries>(new Map())
  const flow = { namespace: head.namespace, id: head.flowId }
  const given = useJudgement(flow, askedOf({ values: head.inputs ?? {}, files: {} }), revision)
  const fields = given.report ? fieldsOf(given.report) : []
  const entries: Entries = new Map([...entriesFrom(head.inputs ?? {}, fields), ...typed])
  return {
    fields,
    entries,
    change: (id, entry) => setTyped(before => new Map(before).set(id, entry)),
    body: () => {
      const { values, files } = sentOf(fields, entries)
      if (Object.keys(files).length === 0) return values
      const form = new FormData()
      for (const [id, value] of Object.entries(values))
        form.append(id, typeof value === 'string' ? value : JSON.stringify(value))
      for (const [id, file] of Object.entries(files)) form.append(id, file, file.name)
      return form
    },
  }
}
