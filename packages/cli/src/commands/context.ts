// batuta config …: servers by name, so that they need not be named in every line.
import { readContexts, writeContexts, type Context } from '../contexts.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { show, showTable } from '../show.ts'
import { readText } from '../read-text.ts'

export interface ContextOptions {
  readonly json?: boolean
  readonly contextsFile?: string
  readonly username?: string
  readonly password?: string
  readonly token?: string
  readonly apiToken?: string
  readonly tokenFile?: string
  readonly default?: boolean
}

export async function contextAdd(
  [name = '', host = '', tenant]: readonly string[],
  options: ContextOptions,
): Promise<ExitCode> {
  const { username, password, contextsFile } = options
  const url = host.includes('://') ? host : `http://${host}`
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new CommandError(EXIT.usage, `"${host}" is not the address of a server; it looks like http://127.0.0.1:8080`)
  if ((username === undefined) !== (password === undefined))
    throw new CommandError(EXIT.usage, 'a user has a name and a password: give --username and --password')
  const token =
    options.tokenFile === undefined ? (options.apiToken ?? options.token) : (await readText(options.tokenFile)).trim()
  const context: Context = {
    host: url,
    ...(tenant !== undefined && { tenant }),
    ...(token !== undefined && { token }),
    ...(username !== undefined && password !== undefined && { username, password }),
  }
  const { known, current } = await readContexts(contextsFile)
  const inUse = options.default || current === undefined ? name : current
  const file = await writeContexts({ known: { ...known, [name]: context }, current: inUse }, contextsFile)
  return show(
    options,
    { name, file, inUse: inUse === name },
    `kept ${name} in ${file}${inUse === name ? '; it is in use' : ''}`,
  )
}

/** Never what opens them. */
export async function contextList(options: ContextOptions): Promise<ExitCode> {
  const { known, current } = await readContexts(options.contextsFile)
  const rows = Object.entries(known).map(([name, { host, tenant, token, username }]) => ({
    name,
    host,
    tenant: tenant ?? 'main',
    opens: token === undefined ? (username ?? '') : 'token',
    inUse: name === current,
  }))
  return showTable(options, rows, [
    ['', ({ inUse }) => (inUse ? '*' : '')],
    ['NAME', ({ name }) => name],
    ['SERVER', ({ host }) => host],
    ['TENANT', ({ tenant }) => tenant],
    ['OPENED BY', ({ opens }) => opens],
  ])
}

export async function contextUse([name = '']: readonly string[], options: ContextOptions): Promise<ExitCode> {
  const { known } = await readContexts(options.contextsFile)
  refuseUnknown(name, known)
  await writeContexts({ known, current: name }, options.contextsFile)
  return show(options, { name }, `${name} is in use`)
}

export async function contextRemove([name = '']: readonly string[], options: ContextOptions): Promise<ExitCode> {
  const { known, current } = await readContexts(options.contextsFile)
  refuseUnknown(name, known)
  const rest = Object.fromEntries(Object.entries(known).filter(([each]) => each !== name))
  await writeContexts(
    { known: rest, ...(current !== undefined && current !== name && { current }) },
    options.contextsFile,
  )
  return show(options, { name }, `removed ${name}`)
}

function refuseUnknown(name: string, known: Readonly<Record<string, Context>>): void {
  if (known[name] !== undefined) return
  throw new CommandError(EXIT.notFound, `there is no context "${name}"`, [
    `there are ${Object.keys(known).join(', ') || 'none'}`,
  ])
}
