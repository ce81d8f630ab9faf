// The commands about limits: who runs, who waits.
import type { Command } from 'commander'
import { addCommands, type CommandSpec, type Done } from './command-spec.ts'

export function addLimits(program: Command, done: Done): void {
  addCommands(program.command('limit').alias('limits').description('how many executions run at a time'), LIMITS, done)
}

const LIMITS: readonly CommandSpec[] = [
  {
    usage: 'list',
    aliases: ['ls'],
    help: 'the limits of flows, namespaces and pools: who runs, who waits',
    run: async (_, options) => (await import('./commands/limit.ts')).limitList(options),
  },
  {
    usage: 'show <execution>',
    help: 'the limits of an execution, and its place in their queues',
    run: async ([execution = ''], options) => (await import('./commands/limit.ts')).limitShow(execution, options),
  },
]
