// Moments of rows are shown in a zone: what plugins need for that.
export { findZone, zoneOffsetMs } from '@batuta/core'
export type { Zone } from '@batuta/core'
export { encodeIon } from './encode-ion.ts'
export { ionLines } from './ion-lines.ts'
export { IonError } from './ion-error.ts'
export { decodeIon, readIon, readIonBatches } from './read-ion.ts'
export type { IonOptions } from './ion-text-reader.ts'
