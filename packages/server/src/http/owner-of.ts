// Under which name what people keep for themselves is theirs.
import { CONFIGURED_USER_ID } from '../access/access.ts'
import type { Caller } from '../access/caller.ts'

/** Empty where nobody logs in; the configured user keeps what was kept under the name. */
export function ownerOf({ userId, name }: Pick<Caller, 'userId' | 'name'>): string {
  if (userId === undefined) return ''
  return userId === CONFIGURED_USER_ID ? name : userId
}
