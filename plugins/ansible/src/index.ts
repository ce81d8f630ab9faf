import type { TaskDefinition } from '@batuta/plugin-sdk'
import { ansibleCli } from './ansible-cli.ts'

export const tasks: readonly TaskDefinition[] = [ansibleCli]
