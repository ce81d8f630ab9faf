import { Ending, ScriptMessages, TaskError, defineTask, linesOf, p, renderAll } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'
import type { Client, ClientChannel } from 'ssh2'
import type { HostKeyPolicy } from './host-keys.ts'
import { openSsh } from './open-ssh.ts'

const CHECKS: Readonly<Record<string, HostKeyPolicy>> = {
  no: 'any',
  off: 'any',
  yes: 'known-only',
  ask: 'known-only',
  'accept-new': 'accept-new',
}

const properties = {
  host: p.string().dynamic().required().group('main').title('The server.'),
  port: p.string().dynamic().default('22').group('connection').title('Its port.'),
  username: p.string().dynamic().group('connection').title('The user.'),
  password: p.string().dynamic().secret().group('connection').title('The password.'),
  privateKey: p.string().dynamic().secret().group('connection').title('The private key itself.'),
  privateKeyPassphrase: p.string().dynamic().secret().group('advanced').title('The passphrase of the key.'),
  openSSHConfigDir: p
    .string()
    .dynamic()
    .default('~/.ssh/config')
    .deprecated('Use `openSSHConfigPath` instead.')
    .group('advanced')
    .title('A configuration file of OpenSSH.'),
  openSSHConfigPath: p.string().dynamic().group('advanced').title('A configuration file of OpenSSH; it is not read.'),
  proxyCommand: p
    .string()
    .dynamic()
    .group('advanced')
    .title('A command that connects; it is refused, as it would run on the worker.'),
  authMethod: p
    .enum('PASSWORD', 'PUBLIC_KEY', 'OPEN_SSH')
    .dynamic()
    .default('PASSWORD')
    .group('main')
    .title('How the user is known: by a password or a key.'),
  commands: p
    .list(p.string())
    .dynamic()
    .required()
    .group('main')
    .title('The commands; they run in one shell, one after the other.'),
  strictHostKeyChecking: p
    .string()
    .dynamic()
    .default('no')
    .group('connection')
    .title(
      'Whether the key of the server must be known (`yes`), must be the one it had before (`accept-new`), or may be any (`no`).',
    ),
  env: p.map(p.string()).dynamic().group('execution').title('Environment variables.'),
  warningOnStdErr: p
    .boolean()
    .dynamic()
    .deprecated('What is written to stderr is logged.')
    .title('Whether lines on stderr end the task with a warning.'),
  enableSshRsa1: p
    .boolean()
    .dynamic()
    .default(false)
    .group('advanced')
    .title('Whether keys of old servers (ssh-rsa with SHA-1) are taken.'),
}

export const sshCommand = defineTask({
  type: 'io.kestra.plugin.fs.ssh.Command',
  title: 'Run commands on another machine.',
  description:
    'A line `::{"outputs":{"name":"value"}}::` becomes an output. A command that fails does not end the others, unless they begin with `set -e`; the code of the last one counts.',
  properties,
  outputs: [
    { name: 'vars', type: 'map<any>', description: 'What the commands gave as outputs.' },
    { name: 'exitCode', type: 'int', description: 'The code with which they ended.' },
  ],
  examples: [
    {
      title: 'Restart a service.',
      full: true,
      code: `id: ssh_command
namespace: company.team
tasks:
  - id: restart
    type: io.kestra.plugin.fs.ssh.Command
    host: app.example.com
    username: deploy
    authMethod: PUBLIC_KEY
    privateKey: "{{ secret('DEPLOY_KEY') }}"
    strictHostKeyChecking: accept-new
    commands:
      - set -e
      - systemctl --user restart app
      - echo '::{"outputs":{"restarted":true}}::'
`,
    },
  ],
  async run(ctx, props) {
    const options = await renderAll(props)
    const { host, authMethod } = options
    if (authMethod === 'OPEN_SSH' || options.proxyCommand !== undefined)
      throw new TaskError(
        'files and commands of the worker are not used for SSH: give `privateKey` (authMethod: PUBLIC_KEY) or `password`',
      )
    if (authMethod === 'PUBLIC_KEY' && options.privateKey === undefined)
      throw new TaskError('`authMethod: PUBLIC_KEY` needs `privateKey`')
    const hostKeys = CHECKS[options.strictHostKeyChecking.toLowerCase()]
    if (hostKeys === undefined) throw new TaskError('`strictHostKeyChecking` is yes, no or accept-new')
    const client = await openSsh(ctx, {
      ...{ host, port: Number(options.port), username: options.username, hostKeys, proxy: undefined, kex: undefined },
      password: authMethod === 'PASSWORD' ? options.password : undefined,
      privateKey: authMethod === 'PUBLIC_KEY' ? options.privateKey : undefined,
      ...{ passphrase: options.privateKeyPassphrase, allowsRsaSha1: options.enableSshRsa1 },
    })
    const stop = (): void => void client.destroy()
    ctx.signal.addEventListener('abort', stop, { once: true })
    try {
      return await runCommands(ctx, client, {
        script: scriptOf(options.commands, options.env),
        warns: options.warningOnStdErr === true,
      })
    } finally {
      ctx.signal.removeEventListener('abort', stop)
      client.end()
    }
  },
})

function scriptOf(commands: readonly string[], env: ReadonlyMap<string, string> | undefined): string {
  const exports = Array.from(env ?? [], ([name, value]) => {
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new TaskError(`"${name}" is no name of an environment variable`)
    return `export ${name}='${value.replaceAll("'", `'\\''`)}'`
  })
  return [...exports, ...commands].join('\n')
}

async function runCommands(
  ctx: RunContext,
  client: Client,
  { script, warns }: { readonly script: string; readonly warns: boolean },
): Promise<Ending> {
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    client.exec(script, (error, opened) =>
      error ? reject(new TaskError('the server runs no commands', { cause: error })) : resolve(opened),
    )
  })
  const ended = new Promise<{ code: number | null; signal: string | undefined }>(resolve => {
    let exit: { code: number | null; signal: string | undefined } = { code: null, signal: undefined }
    channel.on('exit', (code: number | null, signal?: string) => (exit = { code, signal }))
    channel.on('close', () => resolve(exit))
  })
  const messages = new ScriptMessages(ctx)
  let errorLines = 0
  const out = follow(channel, line => {
    if (!messages.take(line)) ctx.logger.info(line)
  })
  const err = follow(channel.stderr, line => {
    errorLines++
    if (!messages.take(line)) ctx.logger.warn(line)
  })
  await Promise.all([out, err])
  const { code, signal } = await ended
  ctx.signal.throwIfAborted()
  if (messages.problem !== undefined) throw new TaskError(messages.problem)
  const outputs = { vars: messages.vars, ...(code === null ? {} : { exitCode: code }) }
  if (code !== 0) {
    const how =
      code === null ? (signal === undefined ? 'without a code' : `by the signal ${signal}`) : `with code ${code}`
    throw new TaskError(`the commands ended ${how}`, { outputs })
  }
  return new Ending(warns && errorLines > 0 ? 'WARNING' : 'SUCCESS', outputs)
}

async function follow(stream: AsyncIterable<Uint8Array>, take: (line: string) => void): Promise<void> {
  for await (const line of linesOf(stream)) take(line)
}
