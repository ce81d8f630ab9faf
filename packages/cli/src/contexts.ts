// Servers by name, with what opens them: a file of the user alone (0600), in the form that kestractl writes, whose file is read where there is
// none of ours.
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fromPlain, isMap, mapEntries, mapGet, parseYaml, writeYaml, type Value } from '@batuta/core'
import { CommandError, EXIT } from './exit-code.ts'

export interface Context {
  readonly host: string
  readonly tenant?: string
  readonly token?: string
  readonly username?: string
  readonly password?: string
}

export interface Contexts {
  readonly file: string
  readonly current?: string
  readonly known: Readonly<Record<string, Context>>
}

const OWNER_ONLY = 0o600
const OWNER_ONLY_FOLDER = 0o700

/** The context that was named, or else the one in use; none is no mistake unless it was named. */
export async function findContext({
  name = process.env['BATUTA_CONTEXT'],
  file,
}: {
  readonly name: string | undefined
  readonly file: string | undefined
}): Promise<Context | undefined> {
  const path = contextsFile(file)
  if (name === undefined && !existsSync(path)) {
    if (file !== undefined) throw new CommandError(EXIT.usage, `there is no file "${file}"`)
    return undefined
  }
  const { known, current } = await readContexts(file)
  if (name === undefined) return current === undefined ? undefined : known[current]
  const context = known[name]
  if (context !== undefined) return context
  const names = Object.keys(known)
  throw new CommandError(
    EXIT.usage,
    `there is no context "${name}" in ${path}`,
    names.length === 0 ? ['add one with "batuta config add NAME URL"'] : [`there are ${names.join(', ')}`],
  )
}

export async function readContexts(file: string | undefined): Promise<Contexts> {
  const path = contextsFile(file)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  })
  const { value = {}, problem } = parseYaml(text === '' ? '{}' : text)
  if (problem !== undefined || !isMap(value))
    throw new CommandError(EXIT.usage, `${path} holds no contexts${problem === undefined ? '' : `: ${problem}`}`)
  const all = mapGet(value, 'contexts')
  const current = mapGet(value, 'default_context')
  const entries =
    all !== undefined && isMap(all)
      ? [...mapEntries(all)].flatMap(([name, context]) => {
          const found = contextOf(context)
          return found ? [[String(name), found] as const] : []
        })
      : []
  return {
    file: path,
    known: Object.fromEntries(entries),
    ...(typeof current === 'string' && current !== '' && { current }),
  }
}

/** Always to our own file: one of kestractl is read, never changed. */
export async function writeContexts(
  { known, current }: Omit<Contexts, 'file'>,
  file: string | undefined,
): Promise<string> {
  const path = file ?? process.env['BATUTA_CONTEXTS'] ?? ownFile()
  const contexts = Object.fromEntries(
    Object.entries(known).map(([name, { host, tenant, token, username, password }]) => [
      name,
      {
        host,
        ...(tenant !== undefined && { tenant }),
        ...(token !== undefined && { auth_method: 'token', token }),
        ...(username !== undefined && { auth_method: 'basicAuth', username, password: password ?? '' }),
      },
    ]),
  )
  await mkdir(dirname(path), { recursive: true, mode: OWNER_ONLY_FOLDER })
  const fresh = `${path}.${process.pid}.tmp`
  const document = fromPlain({ contexts, ...(current !== undefined && { default_context: current }) })
  await writeFile(fresh, writeYaml(document), { mode: OWNER_ONLY })
  await chmod(fresh, OWNER_ONLY)
  await rename(fresh, path)
  return path
}

function contextsFile(file: string | undefined): string {
  const told = file ?? process.env['BATUTA_CONTEXTS']
  if (told !== undefined) return told
  const kestractl = join(homedir(), '.kestractl', 'config.yaml')
  return !existsSync(ownFile()) && existsSync(kestractl) ? kestractl : ownFile()
}

function ownFile(): string {
  return join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'batuta', 'contexts.yaml')
}

function contextOf(value: Value): Context | undefined {
  if (!isMap(value)) return undefined
  const text = (name: string): string | undefined => {
    const found = mapGet(value, name)
    return typeof found === 'string' && found !== '' ? found : undefined
  }
  const host = text('host')
  if (host === undefined) return undefined
  const [tenant, token, username, password] = ['tenant', 'token', 'username', 'password'].map(text)
  return {
    host,
    ...(tenant !== undefined && { tenant }),
    ...(token !== undefined && { token }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  }
}
