export { findZone, zoneOffsetMs } from '@batuta/core'
export type { Zone } from '@batuta/core'
