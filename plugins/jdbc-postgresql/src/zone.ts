export { findZone, zoneOffsetMs } from '@batuta/ion'
export type { Zone } from '@batuta/ion'
