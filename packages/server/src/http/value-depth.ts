import { isList, isMap, someValue, type Value } from '@batuta/core'
import { RequestError } from './request-error.ts'

/** Data of people is not nested deeper than this; what computers nest on purpose is meant to break something. */
export const DEPTH_MAX = 100

/** Refuses values that would be trouble for everybody who walks them later. */
export function refuseDeep(value: Value, what: string): void {
  if (isDeeper(value, DEPTH_MAX)) {
    throw new RequestError(422, 'too-deep', `${what} is nested deeper than ${DEPTH_MAX} levels.`)
  }
}

function isDeeper(value: Value, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false
  if (levels === 0) return true
  if (isList(value)) return value.some(item => isDeeper(item, levels - 1))
  if (!isMap(value)) return false
  return someValue(value, item => isDeeper(item, levels - 1))
}
