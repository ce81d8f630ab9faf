export { encodeIon, readIonBatches } from '@batuta/ion'
