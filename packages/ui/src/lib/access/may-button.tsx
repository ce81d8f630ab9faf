import type { ReactNode } from 'react'
import { ActButton, type ActButtonProps } from '../../widgets/act-button.tsx'
import type { Need } from './may.ts'
import { useMay } from './use-may.ts'

export interface MayButtonProps extends ActButtonProps {
  readonly need: Need
  /** Absent: anywhere at all. */
  readonly namespace?: string | undefined
}

/** A button for what not everybody may do: it says which permission is missing. */
export function MayButton({ need, namespace, why, ...rest }: MayButtonProps): ReactNode {
  const missing = useMay()(need, namespace)
  return <ActButton {...rest} why={missing ?? why} />
}
