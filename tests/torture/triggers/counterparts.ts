import type { Counterpart, Ground } from './counterpart.ts'
import { localFiles, sftpFiles, smbFiles } from './file-counterparts.ts'
import { gitPushes } from './git-counterpart.ts'
import { httpEvents } from './http-counterpart.ts'
import { polledMail, watchedMail } from './mail-counterparts.ts'
import { postgresRows, sqliteRows } from './sql-counterparts.ts'

/** By kind of trigger, the sources that stand for it. */
export const COUNTERPARTS: Readonly<
  Record<string, Readonly<Record<string, (ground: Ground) => Promise<Counterpart>>>>
> = {
  file: { 'file-local': localFiles, 'file-sftp': sftpFiles, 'file-smb': smbFiles },
  mail: { 'mail-poll': polledMail, 'mail-realtime': watchedMail },
  sql: { 'sql-sqlite': sqliteRows, 'sql-postgresql': postgresRows },
  http: { http: httpEvents },
  git: { git: gitPushes },
}

type Source = readonly [name: string, open: (ground: Ground) => Promise<Counterpart>]

/** Of a kind, of all kinds, or one by its name. */
export function sourcesOf(kind: string): readonly Source[] {
  const all = Object.values(COUNTERPARTS).flatMap(sources => Object.entries(sources))
  if (kind === 'all') return all
  const found = Object.entries(COUNTERPARTS[kind] ?? {})
  const named = found.length > 0 ? found : all.filter(([name]) => name === kind)
  if (named.length > 0) return named
  const names = [...Object.keys(COUNTERPARTS), ...all.map(([name]) => name)]
  throw new Error(`"${kind}" is no kind of trigger here: give all, ${names.join(', ')}`)
}
