// A look at a large execution that is in memory, once all that it did is committed: to fold a million runs again for everybody who looks would take the time
// that they need themselves. All others are read from the store.
import type { Inbox, LookAtLive } from '../inbox/inbox.ts'
import type { Residents } from './residents.ts'

/** Runs of an execution that is worth it. */
export const LOOKED_AT_FROM = 500

export function newLiveLook(residents: Residents, inbox: Inbox): LookAtLive {
  return (executionId, view) => {
    const entity = residents.find(executionId)
    if (!entity?.state || entity.poison !== undefined || entity.state.isHeld) return undefined
    if (entity.state.runs.length < LOOKED_AT_FROM) return undefined
    // Whoever cannot have a look reads what is stored.
    return inbox.submit({ type: 'wake', executionId }, { view }).then(
      receipt => receipt.view,
      () => undefined,
    )
  }
}
