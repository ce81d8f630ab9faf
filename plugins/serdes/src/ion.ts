export { encodeIon, ionLines, readIonBatches } from '@batuta/ion'
export type { IonOptions } from '@batuta/ion'
