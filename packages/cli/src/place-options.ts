// Which installation a command works on, for commands that look into its folder and its database themselves.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { CommandError, EXIT } from './exit-code.ts'

export interface PlaceOptions {
  readonly config?: string
  readonly data?: string
  readonly database?: string
}

export interface Place {
  readonly configFile?: string
  readonly dataDir?: string
  readonly databaseUrl?: string
}

export function placeOf({ config, data, database }: PlaceOptions): Place {
  if (config !== undefined && !existsSync(config)) throw new CommandError(EXIT.usage, `there is no file "${config}"`)
  return {
    ...(config !== undefined && { configFile: resolve(config) }),
    ...(data !== undefined && { dataDir: resolve(data) }),
    ...(database !== undefined && { databaseUrl: database }),
  }
}
