// Whether git may be sent to an address, and to which one of its host's addresses. git resolves names and follows redirects by itself: the address that
// was judged is therefore the one that git is told to take.
import { isIP } from 'node:net'
import { TaskError, type RunContext } from '@batuta/plugin-sdk'

export interface JudgedAddress {
  readonly url: string
  readonly transport: 'http' | 'ssh' | 'git' | 'file'
  readonly host: string
  readonly port: string
  /** The address of the host; undefined for files, and where the host is an address itself. */
  readonly address: string | undefined
}

const PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443', 'ssh:': '22', 'git:': '9418' }

export async function judgeAddress(ctx: RunContext, written: string): Promise<JudgedAddress> {
  const url = written.trim()
  const parsed = parse(url)
  if (parsed.transport === 'file') {
    const { mode, isLoopbackOpen } = ctx.egress.rules
    if (mode === 'open' && isLoopbackOpen) return { ...parsed, url, address: undefined }
    throw new TaskError('tasks of this namespace may not reach this machine: the repository cannot be a folder of it')
  }
  ctx.egress.checkHost(parsed.host)
  const address = isIP(parsed.host) === 0 ? await lookUp(ctx, parsed.host) : undefined
  return { ...parsed, url, address }
}

function parse(url: string): Pick<JudgedAddress, 'transport' | 'host' | 'port'> {
  const scp = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)[^:]/.exec(url)
  if (scp?.[1] !== undefined) return { transport: 'ssh', host: scp[1], port: '22' }
  const parsed = URL.parse(url)
  const { protocol = '', hostname = '', port = '' } = parsed ?? {}
  if (/^(?:git\+)?ssh:$/.test(protocol)) return { transport: 'ssh', host: bare(hostname), port: port || '22' }
  if (protocol === 'file:') return { transport: 'file', host: '', port: '' }
  if (protocol === 'http:' || protocol === 'https:' || protocol === 'git:')
    return {
      transport: protocol === 'git:' ? 'git' : 'http',
      host: bare(hostname),
      port: port || (PORTS[protocol] ?? ''),
    }
  throw new TaskError('property "url" must be https://…, ssh://… or user@host:path')
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '')
}

function lookUp(ctx: RunContext, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    ctx.egress.lookup(host, { all: false }, (error, address) => {
      if (error)
        reject(error instanceof TaskError ? error : new TaskError(`the host "${host}" is not known: ${error.message}`))
      else resolve(typeof address === 'string' ? address : (address[0]?.address ?? ''))
    })
  })
}

/** Of an address in a message: what was written into it as credentials goes. */
export function withoutCredentials(url: string): string {
  return url.replace(/(\/\/)[^/@]*@/, '$1')
}
