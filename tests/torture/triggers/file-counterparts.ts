// Files that appear in a folder, of this machine or behind an SFTP or SMB server.
import { chownSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PASSWORD, startSmbd, startSshd, USER } from '../../services/file-servers.mjs'
import { flowOf, INTERVAL, type Counterpart, type Ground } from './counterpart.ts'

const FILES_AT_ONCE = 100
const USER_ID = 61_234
const NUMBERS = '{% for file in trigger.files %}{{ file.name }},{% endfor %}'

export async function localFiles(ground: Ground): Promise<Counterpart> {
  const folder = join(ground.folder, 'files')
  for (const name of ['in', 'made', 'done']) mkdirSync(join(folder, name), { recursive: true })
  const trigger = [
    ...['type: io.kestra.plugin.fs.local.Trigger', INTERVAL, `from: ${folder}/in`, 'on: CREATE'],
    ...['action: MOVE', `moveDirectory: ${folder}/done`, `maxFiles: ${FILES_AT_ONCE}`],
  ]
  return {
    flow: flowOf(ground, { numbers: NUMBERS, trigger }),
    env: { BATUTA_LOCAL_FILES_ALLOWED: folder },
    produce: async numbers => appear(folder, numbers),
    stop: () => Promise.resolve(),
  }
}

export async function sftpFiles(ground: Ground): Promise<Counterpart> {
  const server = await startSshd()
  const folder = makeFolders(server.home)
  const trigger = [
    ...['type: io.kestra.plugin.fs.sftp.Trigger', INTERVAL, 'host: 127.0.0.1', `port: "${server.port}"`],
    ...[`username: ${USER}`, `password: "${PASSWORD}"`, 'from: /files/in/', 'on: CREATE'],
    ...['action: DELETE', `maxFiles: ${FILES_AT_ONCE}`],
  ]
  return {
    flow: flowOf(ground, { numbers: NUMBERS, trigger }),
    produce: async numbers => appear(folder, numbers, USER_ID),
    stop: () => server.stop(),
  }
}

export async function smbFiles(ground: Ground): Promise<Counterpart> {
  const server = await startSmbd()
  const folder = makeFolders(server.home)
  const trigger = [
    ...['type: io.kestra.plugin.fs.smb.Trigger', INTERVAL, 'host: 127.0.0.1', `port: "${server.port}"`],
    ...[`username: ${USER}`, `password: "${PASSWORD}"`, 'from: /data/files/in/', 'on: CREATE'],
    ...['action: MOVE', 'moveDirectory: /data/files/done', `maxFiles: ${FILES_AT_ONCE}`],
  ]
  return {
    flow: flowOf(ground, { numbers: NUMBERS, trigger }),
    env: { PATH: `${server.bin}:${process.env['PATH'] ?? ''}` },
    produce: async numbers => appear(folder, numbers, USER_ID),
    stop: () => server.stop(),
  }
}

/** Those of the user of the server. */
function makeFolders(home: string): string {
  const folder = join(home, 'files')
  for (const path of [folder, join(folder, 'in'), join(folder, 'made')]) {
    mkdirSync(path)
    chownSync(path, USER_ID, USER_ID)
  }
  return folder
}

/** Whole at once: a trigger never sees half of one. */
function appear(folder: string, numbers: readonly number[], owner?: number): void {
  for (const number of numbers) {
    const made = join(folder, 'made', String(number))
    writeFileSync(made, `event ${number}\n`)
    if (owner !== undefined) chownSync(made, owner, owner)
    renameSync(made, join(folder, 'in', String(number)))
  }
}
