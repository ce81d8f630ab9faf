// Where somebody can go: everything, but for what holds nothing that they could ever see. What was hidden last time is hidden from the first paint on.
import { useEffect, useMemo } from 'react'
import { mayDo } from '../lib/access/may.ts'
import { useMe } from '../lib/access/use-me.ts'
import { useLocal } from '../lib/use-local.ts'
import { writeLocal } from '../platform/local-store.ts'
import { DESTINATIONS, type Destination } from './destinations.ts'

const UNSEEN = 'rail.unseen'

export function useDestinations(): readonly Destination[] {
  const permissions = useMe().data?.permissions
  const before = useLocal(UNSEEN) ?? ''
  const unseen = useMemo(
    () =>
      permissions === undefined
        ? before
        : DESTINATIONS.filter(({ needs }) => needs && !needs.some(resource => mayDo(permissions, `${resource}:READ`)))
            .map(({ id }) => id)
            .join(),
    [permissions, before],
  )
  useEffect(() => {
    if (unseen !== before) writeLocal(UNSEEN, unseen || undefined)
  }, [unseen, before])
  return useMemo(() => DESTINATIONS.filter(({ id }) => !unseen.split(',').includes(id)), [unseen])
}
