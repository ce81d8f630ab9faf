import type { ReactNode } from 'react'
import type { FlowDocument } from '../flow/use-flow.ts'
import { useFlowActions } from '../flows/use-flow-actions.ts'
import { FlowEditor } from './flow-editor.tsx'

/** The editor of a flow that is there. */
export function FlowEditorTab({ flow }: { readonly flow: FlowDocument }): ReactNode {
  const actions = useFlowActions()
  return (
    <FlowEditor
      flow={flow}
      initial={flow.source ?? ''}
      draftName={`${flow.namespace}.${flow.id}`}
      onSaved={(saved, isToRun) => {
        if (isToRun) void actions.run(saved)
      }}
    />
  )
}
