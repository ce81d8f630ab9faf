import { TaskError, messageOf } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'
import type { Client, ConnectConfig, KexAlgorithm } from 'ssh2'
import { openSocket } from '../net/open-socket.ts'
import type { SocketProxy } from '../net/open-socket.ts'
import { openHostKeys } from './host-keys.ts'
import type { HostKeyPolicy } from './host-keys.ts'

export interface SshTarget {
  readonly host: string
  readonly port: number
  readonly username: string | undefined
  readonly password: string | undefined
  /** The key itself, as text. */
  readonly privateKey: string | undefined
  readonly passphrase: string | undefined
  readonly allowsRsaSha1: boolean
  readonly kex: string | undefined
  readonly hostKeys: HostKeyPolicy
  readonly proxy: SocketProxy | undefined
}

const READY_MS = 30_000
const ALIVE_MS = 20_000

export async function openSsh(ctx: RunContext, target: SshTarget): Promise<Client> {
  const { host, port, username, password, privateKey, passphrase } = target
  for (const secret of [password, passphrase]) if (secret !== undefined) ctx.mask(secret)
  const hostKeys = await openHostKeys(ctx, host, port, target.hostKeys)
  const sock = await openSocket(ctx, target, target.proxy)
  const { default: ssh2 } = await import('ssh2')
  const client = new ssh2.Client()
  let refusal: unknown
  const config: ConnectConfig = {
    ...{ sock, readyTimeout: READY_MS, keepaliveInterval: ALIVE_MS },
    username: username ?? 'anonymous',
    ...(password === undefined ? {} : { password, tryKeyboard: true }),
    ...(privateKey === undefined ? {} : { privateKey: privateKey.trim() + '\n' }),
    ...(passphrase === undefined ? {} : { passphrase }),
    algorithms: algorithmsOf(target),
    hostVerifier: (key: Buffer) => {
      try {
        hostKeys.check(key)
        return true
      } catch (error) {
        refusal = error
        return false
      }
    },
  }
  try {
    await new Promise<void>((resolve, reject) => {
      client
        .on('ready', resolve)
        .on('error', reject)
        .on('close', () => reject(new Error('the server closes the connection')))
      client.on('keyboard-interactive', (...[, , , prompts, finish]) => finish(prompts.map(() => password ?? '')))
      client.connect(config)
    })
  } catch (cause) {
    client.destroy()
    if (refusal !== undefined) throw refusal
    throw new TaskError(
      `no SSH session at ${host}:${port} as "${username ?? 'anonymous'}": ${explained(messageOf(cause))}`,
    )
  }
  await hostKeys.keep()
  // What comes later is told by whatever is under way; without an ear it would end the process.
  client.on('error', error => ctx.logger.debug(`the SSH connection: ${error.message}`))
  return client
}

function explained(message: string): string {
  if (/All configured authentication methods failed/i.test(message))
    return 'the server takes neither the password nor the key'
  if (/Cannot parse privateKey/i.test(message))
    return `the private key cannot be read (${message}); a locked key needs its passphrase`
  if (/no matching host key/i.test(message)) return `${message}; an old server may need \`enableSshRsa1: true\``
  return message
}

type Algorithms = NonNullable<ConnectConfig['algorithms']>

/** Those of old servers among them, which are not offered unasked. */
const KEX: readonly KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group-exchange-sha1',
  'diffie-hellman-group14-sha1',
  'diffie-hellman-group1-sha1',
]

function algorithmsOf({ allowsRsaSha1, kex }: SshTarget): Algorithms {
  const none = { append: [], prepend: [], remove: [] }
  return {
    serverHostKey: allowsRsaSha1 ? { ...none, append: 'ssh-rsa' } : { ...none, remove: 'ssh-rsa' },
    ...(kex === undefined ? {} : { kex: { ...none, append: kex.split(',').map(kexOf) } }),
  }
}

function kexOf(name: string): KexAlgorithm {
  const known = KEX.find(each => each === name.trim())
  if (known !== undefined) return known
  throw new TaskError(`the way to agree on keys "${name.trim()}" is not known; there are ${KEX.join(', ')}`)
}
