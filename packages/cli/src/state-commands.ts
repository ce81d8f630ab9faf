// The commands about what namespaces keep: keys, secrets, files.
import { Option, type Command } from 'commander'
import type { KvSetOptions } from './commands/kv.ts'
import type { ExitCode } from './exit-code.ts'

type Done = (exitCode: ExitCode) => void

export function addState(program: Command, done: Done): void {
  addLimits(program.command('limit').description('how many executions run at a time'), done)
  const namespace = program.command('namespace').description('what a namespace keeps')
  addKeys(program.command('kv').description('the keys of a namespace'), done)
  addSecrets(program.command('secret').alias('secrets').description('what a namespace keeps secret'), done)
  addPolicies(program.command('policy').description('what flows may be'), done)
  addFiles(namespace.command('files').description('the files of a namespace'), done)
  setKey(namespace.command('kv').description('the keys of a namespace').command('update'), done)
}

function addLimits(limit: Command, done: Done): void {
  limit
    .command('list')
    .description('the limits of flows, namespaces and pools: who runs, who waits')
    .action(async (_, command: Command) =>
      done(await (await import('./commands/limit.ts')).limitList(command.optsWithGlobals())),
    )
  limit
    .command('show <execution>')
    .description('the limits of an execution, and its place in their queues')
    .action(async (execution: string, _, command: Command) =>
      done(await (await import('./commands/limit.ts')).limitShow(execution, command.optsWithGlobals())),
    )
}

function addKeys(kv: Command, done: Done): void {
  kv.command('list <namespace>')
    .description('list the keys')
    .option('--inherited', 'also those of the namespaces above')
    .action(async (namespace: string, _, command: Command) =>
      done(await (await import('./commands/kv.ts')).kvList(namespace, command.optsWithGlobals())),
    )
  kv.command('get <namespace> <key>')
    .description('print a value')
    .action(async (namespace: string, key: string, _, command: Command) =>
      done(await (await import('./commands/kv.ts')).kvGet(namespace, key, command.optsWithGlobals())),
    )
  setKey(kv.command('set'), done)
  kv.command('delete <namespace> <key...>')
    .description('delete keys')
    .action(async (namespace: string, keys: readonly string[], _, command: Command) =>
      done(await (await import('./commands/kv.ts')).kvDelete(namespace, keys, command.optsWithGlobals())),
    )
}

function setKey(command: Command, done: Done): void {
  command
    .argument('<namespace>')
    .argument('<key>')
    .argument('<value>')
    .description('set a value; JSON keeps its type, anything else is a text')
    .option('-t, --type <type>', 'STRING, NUMBER, BOOLEAN, DATETIME, DATE, DURATION or JSON')
    .option('-e, --ttl <duration>', 'how long the key lives, e.g. P30D')
    .addOption(new Option('--expiration <duration>').hideHelp())
    .option('--description <text>', 'what the key is for')
    .option('-f, --file', 'VALUE is a file that holds the value')
    .addOption(new Option('--file-value').hideHelp())
    .action(async (...[namespace, key, value, , self]: [string, string, string, unknown, Command]) => {
      const given = self.optsWithGlobals<
        KvSetOptions & { readonly expiration?: string; readonly fileValue?: boolean }
      >()
      const { expiration, fileValue = false, ...options } = given
      const more = { ...(expiration !== undefined && { ttl: expiration }), ...(fileValue && { file: true }) }
      done(await (await import('./commands/kv.ts')).kvSet({ namespace, key, value }, { ...options, ...more }))
    })
}

function addSecrets(secret: Command, done: Done): void {
  secret
    .command('list <namespace>')
    .description('list the names of the secrets that the namespace may read')
    .action(async (namespace: string, _, command: Command) =>
      done(await (await import('./commands/secret.ts')).secretList(namespace, command.optsWithGlobals())),
    )
  secret
    .command('set <namespace> <name> [file]')
    .description('keep a secret; it is read from the file, or from the standard input')
    .option('--description <text>', 'what it is for')
    .action(async (...[namespace, key, file, , command]: [string, string, string | undefined, unknown, Command]) =>
      done(
        await (
          await import('./commands/secret.ts')
        ).secretSet({ namespace, key, file: file ?? '-' }, command.optsWithGlobals()),
      ),
    )
  secret
    .command('delete <namespace> <name>')
    .description('delete a secret')
    .action(async (namespace: string, key: string, _, command: Command) =>
      done(await (await import('./commands/secret.ts')).secretDelete(namespace, key, command.optsWithGlobals())),
    )
  secret
    .command('rotate-key')
    .description('encrypt all secrets again with new keys, while the server works')
    .action(async (_options, command) =>
      done(await (await import('./commands/secret.ts')).secretRotateKey(command.optsWithGlobals())),
    )
}

function addPolicies(policy: Command, done: Done): void {
  const of = (command: Command): Command =>
    command.option('-n, --namespace <namespace>', 'of a namespace; of the tenant without')
  of(policy.command('list').description('the policies')).action(async (_, command: Command) =>
    done(await (await import('./commands/policy.ts')).policyList(command.optsWithGlobals())),
  )
  of(policy.command('get <id>').description('a policy as it was written')).action(
    async (id: string, _, command: Command) =>
      done(await (await import('./commands/policy.ts')).policyGet(id, command.optsWithGlobals())),
  )
  of(policy.command('apply <file>').description('make or change a policy; - reads the standard input')).action(
    async (file: string, _, command: Command) =>
      done(await (await import('./commands/policy.ts')).policyApply(file, command.optsWithGlobals())),
  )
  of(policy.command('delete <id>').description('delete a policy')).action(async (id: string, _, command: Command) =>
    done(await (await import('./commands/policy.ts')).policyDelete(id, command.optsWithGlobals())),
  )
  of(policy.command('evaluate <id>').description('which saved flows break it, whatever its enforcement')).action(
    async (id: string, _, command: Command) =>
      done(await (await import('./commands/policy.ts')).policyEvaluate(id, command.optsWithGlobals())),
  )
}

function addFiles(files: Command, done: Done): void {
  files
    .command('list <namespace>')
    .description('list the paths')
    .action(async (namespace: string, _, command: Command) =>
      done(await (await import('./commands/namespace-files.ts')).filesList(namespace, command.optsWithGlobals())),
    )
  files
    .command('get <namespace> <path>')
    .description('print a file, or write it to one here')
    .option('-o, --output <file>', 'where to write it')
    .option('--revision <number>', 'what it was then')
    .action(async (namespace: string, path: string, _, command: Command) =>
      done(await (await import('./commands/namespace-files.ts')).filesGet(namespace, path, command.optsWithGlobals())),
    )
  files
    .command('update <namespace> <from> [to]')
    .description('send a file, or all files of a folder but those that its .kestraignore names')
    .option('--delete', 'delete what is not among them')
    .action(async (...[namespace, from, to, , command]: [string, string, string | undefined, unknown, Command]) =>
      done(
        await (
          await import('./commands/namespace-files.ts')
        ).filesUpdate({ namespace, from, to: to ?? '/' }, command.optsWithGlobals()),
      ),
    )
  files
    .command('delete <namespace> <path>')
    .description('delete a file, or a folder with all that is in it')
    .action(async (namespace: string, path: string, _, command: Command) =>
      done(
        await (await import('./commands/namespace-files.ts')).filesDelete(namespace, path, command.optsWithGlobals()),
      ),
    )
  files
    .command('export <namespace> <file>')
    .description('write all files as a ZIP archive')
    .action(async (namespace: string, file: string, _, command: Command) =>
      done(
        await (await import('./commands/namespace-files.ts')).filesExport(namespace, file, command.optsWithGlobals()),
      ),
    )
}
