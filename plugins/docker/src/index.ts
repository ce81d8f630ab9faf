import type { TaskDefinition, TaskRunnerDefinition } from '@batuta/plugin-sdk'
import { build } from './cli/build.ts'
import { compose } from './cli/compose.ts'
import { imageLs, pull, push, tag } from './cli/image-tasks.ts'
import { run } from './cli/run.ts'
import { prune, rm, stop } from './cli/upkeep-tasks.ts'
import { dockerRunner } from './runner/docker-runner.ts'

export const tasks: readonly TaskDefinition[] = [build, compose, imageLs, prune, pull, push, rm, run, stop, tag]

export const taskRunners: readonly TaskRunnerDefinition[] = [dockerRunner]
