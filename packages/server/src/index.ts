export { startServer } from './boot.ts'
export type { RunningServer } from './boot.ts'
export type { ServerOptions } from './config/config.ts'
