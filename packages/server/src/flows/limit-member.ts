// Members of limits, as rows and as core speaks of them.
import { decodeValue, isList, type LimitMember } from '@batuta/core'
import type { LimitMemberRow } from '../storage/batch.ts'

export function rowOfMember({ isHolding, keys, ...member }: LimitMember): LimitMemberRow {
  return { ...member, isHolding: isHolding ? 1 : 0, keys: JSON.stringify(keys) }
}

export function memberOf({ isHolding, keys, ...row }: LimitMemberRow): LimitMember {
  const list = decodeValue(keys)
  return { ...row, isHolding: isHolding === 1, keys: isList(list) ? list.map(String) : [] }
}
