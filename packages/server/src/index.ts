export { startServer } from './boot.ts'
export type { BootPlaces, RunningServer } from './boot.ts'
export type { ServerOptions } from './config/config.ts'
export { runServer } from './main.ts'
