// The user of a server that others reach and that nobody has given a user yet: made up once, kept in the data folder, told in the log.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfiguredUser } from './user.ts'

const NAME = 'admin'
const PASSWORD_LENGTH = 20
/** Without what looks alike. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const OWNER_ONLY = 0o600

export interface FirstUserPlace {
  readonly dataDir: string
  random(): number
  tell(message: string): void
}

export function readFirstUser({ dataDir, random, tell }: FirstUserPlace): ConfiguredUser {
  const file = join(dataDir, 'first-user')
  if (!existsSync(file)) {
    const password = Array.from({ length: PASSWORD_LENGTH }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join(
      '',
    )
    writeFileSync(file, `${NAME}:${password}\n`, { mode: OWNER_ONLY })
    tell(`No user is configured. Log in as "${NAME}" with the password ${password} (kept in ${file}).`)
  } else tell(`No user is configured. Log in as "${NAME}" with the password in ${file}.`)
  const [name = NAME, password = ''] = readFileSync(file, 'utf8').trim().split(':')
  return { name, password }
}
