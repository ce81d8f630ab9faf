// Why somebody may not do something, in the words that stand beside what is switched off: `why` of an action, of an entry of a menu, of a button.
import { useCallback } from 'react'
import { defineMessages, type Translate } from '../messages.ts'
import { mayDo, type Need } from './may.ts'
import { useMe } from './use-me.ts'

/** Undefined: one may, or it is not known yet; the server decides in any case. */
export type MayNot = (need: Need, namespace?: string) => string | undefined

/** `const mayNot = useMay()`, then `why: mayNot('FLOW:UPDATE', flow.namespace)`. Without a namespace: anywhere at all. */
export function useMay(): MayNot {
  const permissions = useMe().data?.permissions
  return useCallback(
    (need, namespace) => {
      if (permissions === undefined || mayDo(permissions, need, namespace)) return undefined
      return t('missing', { need, where: namespace === undefined ? '' : t('where', { namespace }) })
    },
    [permissions],
  )
}

const english = {
  missing: 'You need {need}{where}; an administrator can grant it.',
  where: ' in {namespace}',
} as const

const t: Translate<typeof english> = defineMessages('may', english)
