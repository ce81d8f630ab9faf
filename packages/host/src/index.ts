export { Host } from './host.ts'
export type { HostOptions } from './host.ts'
export { definitionsOf } from './definitions.ts'
