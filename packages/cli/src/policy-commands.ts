// The commands about policies: what flows may be.
import type { Command } from 'commander'
import { addCommands, option, type CommandSpec, type Done } from './command-spec.ts'

export function addPolicies(program: Command, done: Done): void {
  const policy = program.command('policy').alias('policies').description('what flows may be')
  addCommands(policy, POLICIES, done)
}

const OF = [option('-n, --namespace <namespace>', 'of a namespace; of the tenant without')]

const POLICIES: readonly CommandSpec[] = [
  {
    usage: 'list',
    aliases: ['ls'],
    help: 'the policies',
    options: OF,
    run: async (_, options) => (await import('./commands/policy.ts')).policyList(options),
  },
  {
    usage: 'get <id>',
    help: 'a policy as it was written',
    options: OF,
    run: async ([id = ''], options) => (await import('./commands/policy.ts')).policyGet(id, options),
  },
  {
    usage: 'apply <file>',
    help: 'make or change a policy; - reads the standard input',
    options: OF,
    run: async ([file = ''], options) => (await import('./commands/policy.ts')).policyApply(file, options),
  },
  {
    usage: 'delete <id>',
    aliases: ['rm'],
    help: 'delete a policy',
    options: OF,
    run: async ([id = ''], options) => (await import('./commands/policy.ts')).policyDelete(id, options),
  },
  {
    usage: 'evaluate <id>',
    help: 'which saved flows break it, whatever its enforcement',
    options: OF,
    run: async ([id = ''], options) => (await import('./commands/policy.ts')).policyEvaluate(id, options),
  },
]
