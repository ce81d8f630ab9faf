// Remembers which objects were looked at: an execution, a flow, a namespace, a plugin. Lists are not objects.
import { useEffect, type ReactNode } from 'react'
import { usePath } from '../lib/link.tsx'
import { addRecent } from '../lib/recents.ts'
import { useTrail } from './page.tsx'

const OBJECT = /^\/(executions\/[^/]+\/[^/]+\/[^/]+|flows\/edit\/[^/]+\/[^/]+|namespaces\/edit\/[^/]+|plugins\/[^/]+)/

export function Recents(): ReactNode {
  const path = usePath()
  const trail = useTrail()
  const to = OBJECT.exec(path)?.[0]
  const title = trail
    .slice(-2)
    .map(({ title: part }) => part)
    .join(' / ')
  useEffect(() => {
    if (to !== undefined && trail.length > 1) addRecent({ title, to })
  }, [to, title, trail.length])
  return null
}
