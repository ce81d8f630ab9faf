// The commands about this program itself: which servers it knows, and how a shell completes it.
import type { Command } from 'commander'
import { addCommands, option, type CommandSpec, type Done } from './command-spec.ts'
import type { ContextOptions } from './commands/context.ts'

export function addContexts(program: Command, done: Done): void {
  const config = program
    .command('config')
    .alias('context')
    .description('servers by name: which there are, which is in use')
  addCommands(config, CONTEXTS, done)
  addCommands(program, [COMPLETION, { ...versionCommand(program.version() ?? ''), isHidden: true }], done)
}

const CONTEXTS: readonly CommandSpec[] = [
  {
    usage: 'add <name> <url> [tenant]',
    help: 'keep a server, with what opens it, in a file that only you may read',
    options: [
      option('--username <name>', 'who asks there'),
      option('--password <password>', 'the password'),
      option('--token <token>', 'a token instead'),
      option('--token-file <file>', 'the file that holds it; "-" is the standard input'),
      option('--default', 'use it from now on'),
    ],
    examples: [
      'config add dev http://127.0.0.1:8080',
      'config add production https://batuta.example.com main --token-file token.txt --default',
    ],
    run: async (args, options: ContextOptions & Parameters<CommandSpec['run']>[1]) =>
      (await import('./commands/context.ts')).contextAdd(args, options),
  },
  {
    usage: 'show',
    aliases: ['list', 'ls'],
    help: 'list the servers that are kept; never what opens them',
    run: async (_, options: ContextOptions & Parameters<CommandSpec['run']>[1]) =>
      (await import('./commands/context.ts')).contextList(options),
  },
  {
    usage: 'use <name>',
    help: 'use a server from now on',
    run: async (args, options: ContextOptions & Parameters<CommandSpec['run']>[1]) =>
      (await import('./commands/context.ts')).contextUse(args, options),
  },
  {
    usage: 'remove <name>',
    aliases: ['rm', 'delete'],
    help: 'keep a server no longer',
    run: async (args, options: ContextOptions & Parameters<CommandSpec['run']>[1]) =>
      (await import('./commands/context.ts')).contextRemove(args, options),
  },
]

const COMPLETION: CommandSpec = {
  usage: 'completion <shell>',
  help: 'print the completion of a shell: bash, zsh or fish',
  examples: [
    'completion bash > /etc/bash_completion.d/batuta',
    'completion fish > ~/.config/fish/completions/batuta.fish',
  ],
  run: async args => (await import('./commands/completion.ts')).completion(args, 'batuta'),
}

function versionCommand(version: string): CommandSpec {
  return {
    usage: 'version',
    help: 'print the version of this program',
    run: async () => {
      process.stdout.write(`batuta ${version}\n`)
      return 0
    },
  }
}
