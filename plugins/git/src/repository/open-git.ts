// The git of this machine, as a task may use it: no shell, no settings of the machine, no hooks, no questions to anybody. Credentials are in the
// environment of the process, where nobody else on the machine reads them, and in a key file that is gone with the task; never among the arguments.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isStorageUri, PRIVATE_FOLDER, processEnvironment, TaskError } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext } from '@batuta/plugin-sdk'
import type { connectionProperties } from '../git-properties.ts'
import { configArguments } from './git-config.ts'
import { judgeAddress, withoutCredentials, type JudgedAddress } from './judge-address.ts'
import { runProgram } from './run-program.ts'

export interface Git {
  /** As it may be shown. */
  readonly url: string
  /** Runs git in a folder and gives what it printed. */
  run(folder: string, ...args: readonly string[]): Promise<string>
  /** The same with an input, which is given to git as it is. */
  feed(folder: string, input: string, ...args: readonly string[]): Promise<string>
  /** Sets the remote `origin`, as git is to see it. */
  address(): string
  close(): Promise<void>
}

type Connection = LazyProperties<typeof connectionProperties>

const SHOWN_CHARS = 600
const PROTOCOLS = 'http:https:ssh:git:file'

const ASKPASS = `#!/bin/sh
case "$1" in
  Username*) printf '%s\\n' "$BATUTA_GIT_USERNAME" ;;
  *) printf '%s\\n' "$BATUTA_GIT_PASSWORD" ;;
esac
`
/** Whoever is met for the first time is believed, and must be the same from then on. */
const SSH = `#!/bin/sh
exec ssh -F /dev/null -o BatchMode=no -o NumberOfPasswordPrompts=1 -o PasswordAuthentication=no \\
  -o StrictHostKeyChecking=accept-new -o "UserKnownHostsFile=$BATUTA_GIT_KNOWN_HOSTS" -o "ConnectTimeout=$BATUTA_GIT_TIMEOUT" \\
  \${BATUTA_GIT_KEY:+-i "$BATUTA_GIT_KEY" -o IdentitiesOnly=yes} \\
  \${BATUTA_GIT_ADDRESS:+-o "HostName=$BATUTA_GIT_ADDRESS" -o "HostKeyAlias=$BATUTA_GIT_HOST"} "$@"
`

export async function openGit(ctx: RunContext, props: Connection): Promise<Git> {
  const written = await props.url.render()
  if (written === undefined || written.trim() === '')
    throw new TaskError('property "url" is missing: which repository is meant?')
  if (props.kestraUrl.isSet) ctx.logger.debug('`kestraUrl` is passed over: flows and files are those of this server')
  const { url, ...login } = splitLogin(written.trim())
  const judged = await judgeAddress(ctx, url)
  const folder = await ctx.workingDir.resolve(`${PRIVATE_FOLDER}/git-${crypto.randomUUID().slice(0, 8)}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    const env = await environment(ctx, props, { ...judged, ...login, folder })
    const before = await configOf(ctx, props, judged, folder)
    return newGit(ctx, { env, before, judged, folder })
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

interface Login {
  readonly username?: string
  readonly password?: string
}

/** Credentials inside of an address would be among the arguments, and in the settings of a clone. */
function splitLogin(written: string): Login & { readonly url: string } {
  const url = /^https?:/i.test(written) ? URL.parse(written) : null
  if (url === null || (url.username === '' && url.password === '')) return { url: written }
  const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  url.username = ''
  url.password = ''
  // A token alone is often written as the user.
  return { url: url.href, username, password: password === '' ? username : password }
}

interface Opened {
  readonly env: NodeJS.ProcessEnv
  readonly before: readonly string[]
  readonly judged: JudgedAddress
  readonly folder: string
}

function newGit(ctx: RunContext, { env, before, judged, folder }: Opened): Git {
  const shown = withoutCredentials(judged.url)
  const run = async (cwd: string, input: string, args: readonly string[]): Promise<string> => {
    try {
      const ran = await runProgram(['git', ...before, ...args], input, { cwd, env, signal: ctx.signal })
      if (ran.exitCode === 0) return ran.stdout
      throw failureOf(args, ran.stderr, shown)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
        throw new TaskError('the program git is not on this machine: install it where the worker runs')
      throw error
    }
  }
  return {
    url: shown,
    run: (cwd, ...args) => run(cwd, '', args),
    feed: (cwd, input, ...args) => run(cwd, input, args),
    address: () => judged.url,
    close: async () => await rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  }
}

function failureOf(args: readonly string[], stderr: string, url: string): TaskError {
  const said = withoutCredentials(stderr.trim())
    .replace(/^(?:remote: )?(?:fatal|error): /gm, '')
    .slice(-SHOWN_CHARS)
  const command = args.find(arg => !arg.startsWith('-')) ?? ''
  return new TaskError(`git ${command} failed for ${url}: ${said}${adviceOf(said)}`)
}

function adviceOf(said: string): string {
  if (
    /Authentication failed|could not read (?:Username|Password)|Permission denied|HTTP 40[13]|returned error: 40[13]/i.test(
      said,
    )
  )
    return ' (check username and password, or privateKey)'
  return /Host key verification failed/.test(said)
    ? ' (the host has another key than before: whoever knows why removes the old one from git/known_hosts in the cache folder of the worker)'
    : ''
}

async function environment(
  ctx: RunContext,
  props: Connection,
  { address, host, folder, ...login }: JudgedAddress & Login & { readonly folder: string },
): Promise<NodeJS.ProcessEnv> {
  const username = (await props.username.render()) ?? login.username
  const password = (await props.password.render()) ?? login.password
  const [askpass, ssh, key] = [join(folder, 'askpass'), join(folder, 'ssh'), join(folder, 'key')]
  await writeFile(askpass, ASKPASS, { mode: 0o700 })
  await writeFile(ssh, SSH, { mode: 0o700 })
  const privateKey = await props.privateKey.render()
  if (privateKey !== undefined) await writeFile(key, `${privateKey.trim().replaceAll('\r', '')}\n`, { mode: 0o600 })
  await mkdir(join(ctx.cacheDir, 'git'), { recursive: true })
  const passphrase = await props.passphrase.render()
  return {
    ...Object.fromEntries(processEnvironment(process.env)),
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: PROTOCOLS,
    GIT_ASKPASS: askpass,
    GIT_SSH: ssh,
    GIT_SSH_VARIANT: 'ssh',
    SSH_ASKPASS: askpass,
    SSH_ASKPASS_REQUIRE: 'force',
    LC_ALL: 'C',
    BATUTA_GIT_USERNAME: username ?? (password === undefined ? '' : 'git'),
    BATUTA_GIT_PASSWORD: privateKey === undefined ? (password ?? '') : (passphrase ?? ''),
    BATUTA_GIT_KEY: privateKey === undefined ? '' : key,
    BATUTA_GIT_KNOWN_HOSTS: join(ctx.cacheDir, 'git', 'known_hosts'),
    BATUTA_GIT_TIMEOUT: String(Math.max(1, Math.ceil((await props.connectTimeout.render()) / 1000))),
    BATUTA_GIT_ADDRESS: address ?? '',
    BATUTA_GIT_HOST: host,
    ...((await props.noProxy.render()) === true ? { NO_PROXY: '*', no_proxy: '*' } : {}),
  }
}

async function configOf(
  ctx: RunContext,
  props: Connection,
  { transport, host, port, address }: JudgedAddress,
  folder: string,
): Promise<readonly string[]> {
  const { rules } = ctx.egress
  const isOpen = rules.mode === 'open' && rules.isPrivateOpen && rules.isLoopbackOpen
  const seconds = Math.max(1, Math.ceil((await props.readTimeout.render()) / 1000))
  const authority = await authorityFile(ctx, props, folder)
  const settings = [
    ...['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'advice.detachedHead=false', 'credential.helper='],
    ...[
      'protocol.ext.allow=never',
      'gc.auto=0',
      'maintenance.auto=false',
      'init.defaultBranch=main',
      'core.quotePath=false',
    ],
    ...['http.lowSpeedLimit=1', `http.lowSpeedTime=${seconds}`],
    // Where a redirect leads is judged by nobody.
    ...(isOpen ? [] : ['http.followRedirects=false']),
    ...(transport === 'http' && address !== undefined ? [`http.curloptResolve=${host}:${port}:${address}`] : []),
    ...(authority === undefined ? [] : [`http.sslCAInfo=${authority}`]),
  ]
  return [...settings.flatMap(setting => ['-c', setting]), ...configArguments(await props.gitConfig.render())]
}

async function authorityFile(ctx: RunContext, props: Connection, folder: string): Promise<string | undefined> {
  const written = (await props.trustedCaPemPath.render())?.trim()
  if (written === undefined || !isStorageUri(written)) return written
  const path = join(folder, 'authorities.pem')
  await ctx.files.copyTo(written, path)
  return path
}
