// The user whom an older server made up for itself, when others reached it and nobody had given it one: kept in the data folder, and still let in. A
// server without it asks for its set-up instead.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfiguredUser } from './user.ts'

export function findFirstUser(dataDir: string): ConfiguredUser | undefined {
  const file = join(dataDir, 'first-user')
  if (!existsSync(file)) return undefined
  const [name = '', password = ''] = readFileSync(file, 'utf8').trim().split(':')
  return name === '' || password === '' ? undefined : { name, password }
}
