import type { TaskDefinition } from '@batuta/plugin-sdk'
import { terraformCli } from './terraform-cli.ts'

export const tasks: readonly TaskDefinition[] = [terraformCli]
